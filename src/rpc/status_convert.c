#include "status_convert.h"

#include "fault.h"

static YtopsResourceState state_on_wire(YtopsPoolState state)
{
    switch (state) {
    case YTOPS_POOL_STATE_RESTING:
        return YTOPS_RESOURCE_STATE_RESTING;
    case YTOPS_POOL_STATE_BANNED:
        return YTOPS_RESOURCE_STATE_BANNED;
    case YTOPS_POOL_STATE_ACTIVE:
        break;
    }
    return YTOPS_RESOURCE_STATE_ACTIVE;
}

gint32 status_convert_count(gint64 count)
{
    return (gint32)CLAMP(count, G_MININT32, G_MAXINT32);
}

/* An optional text: absent where there is none. */
static void move_text(char **from, char **to, gboolean *isset)
{
    *isset = *from != NULL && (*from)[0] != '\0';
    if (*isset)
        *to = fault_take_text(g_steal_pointer(from));
}

static void set_time(gint64 from, gint64 *to, gboolean *isset)
{
    *isset = from != 0;
    *to = from;
}

static void set_active_in(YtopsPoolState state, gint64 from, gint64 *to, gboolean *isset)
{
    *isset = state != YTOPS_POOL_STATE_ACTIVE && from >= 0;
    *to = from;
}

YtopsAccountStatus *status_convert_account(YtopsAccountInfo *info)
{
    YtopsAccountStatus *status = g_object_new(YTOPS_TYPE_ACCOUNT_STATUS, NULL);
    status->accountId = fault_take_text(g_steal_pointer(&info->account_id));
    status->state = state_on_wire(info->state);
    status->stateText = ytops_pool_state_text(info->state, info->active_in_s);
    status->successCount = info->success_count;
    status->failureCount = info->failure_count;
    status->consecutiveFailures = status_convert_count(info->consecutive_failures);
    set_time(info->last_success_timestamp, &status->lastSuccessTimestamp,
             &status->__isset_lastSuccessTimestamp);
    set_time(info->last_failure_timestamp, &status->lastFailureTimestamp,
             &status->__isset_lastFailureTimestamp);
    set_time(info->active_since, &status->activeSince, &status->__isset_activeSince);
    set_active_in(info->state, info->active_in_s, &status->activeInS, &status->__isset_activeInS);
    move_text(&info->reason, &status->reason, &status->__isset_reason);
    move_text(&info->last_proxy_url, &status->lastProxyUrl, &status->__isset_lastProxyUrl);
    move_text(&info->last_server_identity, &status->lastServerIdentity,
              &status->__isset_lastServerIdentity);
    return status;
}

YtopsProxyStatus *status_convert_proxy(YtopsProxyInfo *info)
{
    YtopsProxyStatus *status = g_object_new(YTOPS_TYPE_PROXY_STATUS, NULL);
    status->serverIdentity = fault_take_text(g_steal_pointer(&info->server_identity));
    status->proxyUrl = fault_take_text(g_steal_pointer(&info->proxy_url));
    status->state = state_on_wire(info->state);
    status->stateText = ytops_pool_state_text(info->state, info->active_in_s);
    status->successCount = info->success_count;
    status->failureCount = info->failure_count;
    set_time(info->last_success_timestamp, &status->lastSuccessTimestamp,
             &status->__isset_lastSuccessTimestamp);
    set_time(info->last_failure_timestamp, &status->lastFailureTimestamp,
             &status->__isset_lastFailureTimestamp);
    set_active_in(info->state, info->active_in_s, &status->activeInS, &status->__isset_activeInS);
    move_text(&info->reason, &status->reason, &status->__isset_reason);
    for (char **instance = info->next_for; instance != NULL && *instance != NULL; instance++)
        g_ptr_array_add(status->nextFor, fault_take_text(g_strdup(*instance)));
    status->recentFailures = status_convert_count(info->recent_failures);
    status->recentFailureAccounts = status_convert_count(info->recent_failure_accounts);
    return status;
}

YtopsAuditEvent *status_convert_record(YtopsAuditRecord *record)
{
    YtopsAuditEvent *event = g_object_new(YTOPS_TYPE_AUDIT_EVENT, NULL);
    event->eventId = fault_take_text(g_steal_pointer(&record->event_id));
    event->timestampMs = record->timestamp_ms;
    event->entity = fault_take_text(g_steal_pointer(&record->entity));
    event->name = fault_take_text(g_steal_pointer(&record->name));
    event->serverIdentity = fault_take_text(g_steal_pointer(&record->server_identity));
    event->change = fault_take_text(g_steal_pointer(&record->change));
    event->actor = fault_take_text(g_steal_pointer(&record->actor));
    event->reason = fault_take_text(g_steal_pointer(&record->reason));
    return event;
}
