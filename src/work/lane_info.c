#include "lane_info.h"

#include "ytops/json.h"

void ytops_lane_info_free(YtopsLaneInfo *status)
{
    if (status == NULL)
        return;
    g_free(status->lane_id);
    g_free(status->instance_id);
    g_free(status->queue);
    g_free(status->url);
    g_free(status->account_id);
    g_free(status->proxy_url);
    g_free(status->reason);
    g_free(status);
}

char *lane_info_to_json(const YtopsLaneInfo *status)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();

    ytops_json_set_string(json, "lane_id", status->lane_id);
    ytops_json_set_string(json, "instance_id", status->instance_id);
    ytops_json_set_string(json, "queue", status->queue);
    ytops_json_set_string(json, "kind", ytops_lane_kind_to_string(status->kind));
    ytops_json_set_string(json, "state", ytops_lane_state_to_string(status->state));
    ytops_json_set_int(json, "state_since", status->state_since);
    ytops_json_set_string(json, "url", status->url);
    ytops_json_set_string(json, "account_id", status->account_id);
    ytops_json_set_string(json, "proxy_url", status->proxy_url);
    if (status->progress >= 0)
        ytops_json_set_number(json, "progress", status->progress);
    ytops_json_set_int(json, "succeeded", status->succeeded);
    ytops_json_set_int(json, "failed", status->failed);
    ytops_json_set_string(json, "reason", status->reason);
    return ytops_json_to_string(json);
}

YtopsLaneInfo *lane_info_from_json(const char *text)
{
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, NULL);
    g_autoptr(YtopsLaneInfo) status = g_new0(YtopsLaneInfo, 1);

    if (json == NULL || ytops_json_get_string(json, "lane_id") == NULL ||
        !ytops_lane_kind_from_string(ytops_json_get_string(json, "kind"), &status->kind) ||
        !ytops_lane_state_from_string(ytops_json_get_string(json, "state"), &status->state))
        return NULL;
    status->lane_id = g_strdup(ytops_json_get_string(json, "lane_id"));
    status->instance_id = g_strdup(ytops_json_get_string(json, "instance_id"));
    status->queue = g_strdup(ytops_json_get_string(json, "queue"));
    status->state_since = ytops_json_get_int(json, "state_since");
    status->url = g_strdup(ytops_json_get_string(json, "url"));
    status->account_id = g_strdup(ytops_json_get_string(json, "account_id"));
    status->proxy_url = g_strdup(ytops_json_get_string(json, "proxy_url"));
    status->progress = ytops_json_has(json, "progress") ? ytops_json_get_number(json, "progress")
                                                        : YTOPS_LANE_NO_PROGRESS;
    status->succeeded = ytops_json_get_int(json, "succeeded");
    status->failed = ytops_json_get_int(json, "failed");
    status->reason = g_strdup(ytops_json_get_string(json, "reason"));
    return g_steal_pointer(&status);
}
