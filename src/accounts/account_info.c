#include "account_info.h"

/* The order in which lua/view.lua gives the parts. */
enum {
    VIEW_ID,
    VIEW_STATUS,
    VIEW_ACTIVE_IN,
    VIEW_SUCCESS_COUNT,
    VIEW_FAILURE_COUNT,
    VIEW_CONSECUTIVE_FAILURES,
    VIEW_LAST_SUCCESS,
    VIEW_LAST_FAILURE,
    VIEW_ACTIVE_SINCE,
    VIEW_REASON,
    VIEW_LAST_PROXY_URL,
    VIEW_LAST_SERVER_IDENTITY
};

void ytops_account_info_free(YtopsAccountInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->account_id);
    g_free(info->reason);
    g_free(info->last_proxy_url);
    g_free(info->last_server_identity);
    g_free(info);
}

static char *text_at(const YtopsRedisReply *view, gsize index)
{
    const char *text = ytops_redis_reply_string_at(view, index);
    return text != NULL ? g_utf8_make_valid(text, -1) : NULL;
}

YtopsAccountInfo *account_info_from_reply(const YtopsRedisReply *view)
{
    const YtopsRedisReply *status = ytops_redis_reply_at(view, VIEW_STATUS);
    YtopsAccountInfo *info = g_new0(YtopsAccountInfo, 1);
    info->account_id = text_at(view, VIEW_ID);
    info->state = ytops_pool_state_from_string(ytops_redis_reply_string(status));
    info->active_in_s = ytops_redis_reply_int_at(view, VIEW_ACTIVE_IN, 0);
    info->success_count = ytops_redis_reply_int_at(view, VIEW_SUCCESS_COUNT, 0);
    info->failure_count = ytops_redis_reply_int_at(view, VIEW_FAILURE_COUNT, 0);
    info->consecutive_failures = ytops_redis_reply_int_at(view, VIEW_CONSECUTIVE_FAILURES, 0);
    info->last_success_timestamp = ytops_redis_reply_int_at(view, VIEW_LAST_SUCCESS, 0);
    info->last_failure_timestamp = ytops_redis_reply_int_at(view, VIEW_LAST_FAILURE, 0);
    info->active_since = ytops_redis_reply_int_at(view, VIEW_ACTIVE_SINCE, 0);
    info->reason = text_at(view, VIEW_REASON);
    info->last_proxy_url = text_at(view, VIEW_LAST_PROXY_URL);
    info->last_server_identity = text_at(view, VIEW_LAST_SERVER_IDENTITY);
    return info;
}
