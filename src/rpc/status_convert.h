/*
 * What the managers know of an account or a proxy, as the contract's structs. The fields are set
 * directly: a list of 100,000 set through GObject properties would take seconds.
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/audit.h"
#include "ytops/proxy_manager.h"
#include "ytops_management_types.h"

/* Takes the texts out of `info`, which stays the caller's to free. Free with g_object_unref. */
YtopsAccountStatus *status_convert_account(YtopsAccountInfo *info);
YtopsProxyStatus *status_convert_proxy(YtopsProxyInfo *info);
YtopsAuditEvent *status_convert_record(YtopsAuditRecord *record);

/* A count as the contract's i32: what is more is told as the most it can say. */
gint32 status_convert_count(gint64 count);
