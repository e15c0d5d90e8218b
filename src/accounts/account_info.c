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
    const char *text = ytops_redis_reply_string(ytops_redis_reply_at(view, index));
    return text != NULL ? g_utf8_make_valid(text, -1) : NULL;
}

static gint64 number_at(const YtopsRedisReply *view, gsize index)
{
    return ytops_redis_reply_int(ytops_redis_reply_at(view, index), 0);
}

YtopsAccountInfo *account_info_from_reply(const YtopsRedisReply *view)
{
    const YtopsRedisReply *status = ytops_redis_reply_at(view, VIEW_STATUS);
    YtopsAccountInfo *info = g_new0(YtopsAccountInfo, 1);
    info->account_id = text_at(view, VIEW_ID);
    info->state = ytops_pool_state_from_string(ytops_redis_reply_string(status));
    info->active_in_s = number_at(view, VIEW_ACTIVE_IN);
    info->success_count = number_at(view, VIEW_SUCCESS_COUNT);
    info->failure_count = number_at(view, VIEW_FAILURE_COUNT);
    info->consecutive_failures = number_at(view, VIEW_CONSECUTIVE_FAILURES);
    info->last_success_timestamp = number_at(view, VIEW_LAST_SUCCESS);
    info->last_failure_timestamp = number_at(view, VIEW_LAST_FAILURE);
    info->active_since = number_at(view, VIEW_ACTIVE_SINCE);
    info->reason = text_at(view, VIEW_REASON);
    info->last_proxy_url = text_at(view, VIEW_LAST_PROXY_URL);
    info->last_server_identity = text_at(view, VIEW_LAST_SERVER_IDENTITY);
    return info;
}
