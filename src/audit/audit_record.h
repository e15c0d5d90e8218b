/* An event out of what Redis holds. */
#pragma once

#include "ytops/audit.h"

/*
 * The event of that id with those fields: an array of names and values by turns. Text that is no
 * UTF-8, written by hand, is made so; a field that is absent is "".
 */
YtopsAuditRecord *audit_record_new(const char *event_id, const YtopsRedisReply *fields);

/* Milliseconds and number of an event's id ("1700000000123-4", or "1700000000123"). */
gboolean audit_record_id_check(const char *event_id, GError **error);
