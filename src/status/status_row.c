#include "status_row.h"

#include "ytops/log.h"
#include "ytops/proxy_url.h"

void status_row_set_text(YtopsJson *row, const char *key, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    g_autofree char *shown = ytops_redact(text);
    ytops_json_set_string(row, key, shown);
}

/* Nothing where it is 0. */
static void set_number(YtopsJson *row, const char *key, gint64 number)
{
    if (number != 0)
        ytops_json_set_int(row, key, number);
}

gint64 status_row_until(gint64 active_in_s, gint64 now)
{
    return active_in_s > 0 ? now + active_in_s : active_in_s;
}

YtopsJson *status_row_of_account(const YtopsAccountInfo *info, gint64 until)
{
    YtopsJson *row = ytops_json_object_new();
    status_row_set_text(row, "state", ytops_pool_state_to_string(info->state));
    set_number(row, "until", until);
    ytops_json_set_int(row, "ok", info->success_count);
    ytops_json_set_int(row, "failed", info->failure_count);
    set_number(row, "in_a_row", info->consecutive_failures);
    set_number(row, "last_ok", info->last_success_timestamp);
    set_number(row, "last_failed", info->last_failure_timestamp);
    set_number(row, "active_since", info->active_since);
    status_row_set_text(row, "reason", info->reason);
    if (info->last_proxy_url != NULL) {
        g_autofree char *proxy = ytops_proxy_display(info->last_proxy_url);
        ytops_json_set_string(row, "proxy", proxy);
    }
    status_row_set_text(row, "identity", info->last_server_identity);
    return row;
}

YtopsJson *status_row_of_proxy(const YtopsProxyInfo *info, gint64 until, guint place)
{
    YtopsJson *row = ytops_json_object_new();
    g_autofree char *url = ytops_proxy_display(info->proxy_url);
    ytops_json_set_string(row, "url", url);
    ytops_json_set_string(row, "identity", info->server_identity);
    ytops_json_set_int(row, "place", place);
    status_row_set_text(row, "state", ytops_pool_state_to_string(info->state));
    set_number(row, "until", until);
    ytops_json_set_int(row, "ok", info->success_count);
    ytops_json_set_int(row, "failed", info->failure_count);
    set_number(row, "last_ok", info->last_success_timestamp);
    set_number(row, "last_failed", info->last_failure_timestamp);
    set_number(row, "recent", info->recent_failures);
    set_number(row, "recent_accounts", info->recent_failure_accounts);
    status_row_set_text(row, "reason", info->reason);
    return row;
}

YtopsJson *status_row_of_event(const YtopsAuditRecord *record)
{
    YtopsJson *row = ytops_json_object_new();
    ytops_json_set_string(row, "id", record->event_id);
    ytops_json_set_int(row, "at_ms", record->timestamp_ms);
    ytops_json_set_string(row, "entity", record->entity);
    ytops_json_set_string(row, "name", record->name);
    status_row_set_text(row, "identity", record->server_identity);
    ytops_json_set_string(row, "change", record->change);
    ytops_json_set_string(row, "actor", record->actor);
    status_row_set_text(row, "reason", record->reason);
    return row;
}
