/* What is told of an account, a proxy and an event, as rows of the state. Pure. */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/audit.h"
#include "ytops/json.h"
#include "ytops/proxy_manager.h"

/* `until`: Unix time of the end of a ban or rest, -1 until unbanned, 0 where it is ACTIVE. */
YtopsJson *status_row_of_account(const YtopsAccountInfo *info, gint64 until);

/* `place` is that in the rotation order. The URL has no password. */
YtopsJson *status_row_of_proxy(const YtopsProxyInfo *info, gint64 until, guint place);

YtopsJson *status_row_of_event(const YtopsAuditRecord *record);

/* When what lasts so long from `now` on is over, as `until` above. */
gint64 status_row_until(gint64 active_in_s, gint64 now);

/* Sets a text without passwords; nothing where there is none. */
void status_row_set_text(YtopsJson *row, const char *key, const char *text);
