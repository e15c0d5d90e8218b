#include "lane_info.h"

#include "ytops/json.h"

void ytops_lane_info_free(YtopsLaneInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->lane_id);
    g_free(info->instance_id);
    g_free(info->queue);
    g_free(info->url);
    g_free(info->account_id);
    g_free(info->proxy_url);
    g_free(info->reason);
    g_free(info);
}

char *lane_info_to_json(const YtopsLaneInfo *info)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();

    ytops_json_set_string(json, "lane_id", info->lane_id);
    ytops_json_set_string(json, "instance_id", info->instance_id);
    ytops_json_set_string(json, "queue", info->queue);
    ytops_json_set_string(json, "kind", ytops_lane_kind_to_string(info->kind));
    ytops_json_set_string(json, "state", ytops_lane_state_to_string(info->state));
    ytops_json_set_int(json, "state_since", info->state_since);
    ytops_json_set_string(json, "url", info->url);
    ytops_json_set_string(json, "account_id", info->account_id);
    ytops_json_set_string(json, "proxy_url", info->proxy_url);
    if (info->progress >= 0)
        ytops_json_set_number(json, "progress", info->progress);
    ytops_json_set_int(json, "succeeded", info->succeeded);
    ytops_json_set_int(json, "failed", info->failed);
    ytops_json_set_string(json, "reason", info->reason);
    return ytops_json_to_string(json);
}

YtopsLaneInfo *lane_info_from_json(const char *text)
{
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, NULL);
    g_autoptr(YtopsLaneInfo) info = g_new0(YtopsLaneInfo, 1);

    if (json == NULL || ytops_json_get_string(json, "lane_id") == NULL ||
        ytops_json_get_string(json, "instance_id") == NULL ||
        ytops_json_get_string(json, "queue") == NULL ||
        !ytops_lane_kind_from_string(ytops_json_get_string(json, "kind"), &info->kind) ||
        !ytops_lane_state_from_string(ytops_json_get_string(json, "state"), &info->state))
        return NULL;
    info->lane_id = g_strdup(ytops_json_get_string(json, "lane_id"));
    info->instance_id = g_strdup(ytops_json_get_string(json, "instance_id"));
    info->queue = g_strdup(ytops_json_get_string(json, "queue"));
    info->state_since = ytops_json_get_int(json, "state_since");
    info->url = g_strdup(ytops_json_get_string(json, "url"));
    info->account_id = g_strdup(ytops_json_get_string(json, "account_id"));
    info->proxy_url = g_strdup(ytops_json_get_string(json, "proxy_url"));
    info->progress = ytops_json_has(json, "progress") ? ytops_json_get_number(json, "progress")
                                                      : YTOPS_LANE_NO_PROGRESS;
    info->succeeded = ytops_json_get_int(json, "succeeded");
    info->failed = ytops_json_get_int(json, "failed");
    info->reason = g_strdup(ytops_json_get_string(json, "reason"));
    return g_steal_pointer(&info);
}
