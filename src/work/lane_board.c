#include "ytops/lane_board.h"

#include <string.h>

#include "lane_info.h"
#include "lane_leave.lua.h"
#include "lane_list.lua.h"
#include "lane_report.lua.h"
#include "lane_stop.lua.h"
#include "ytops/error.h"

#define INSTANCES_KEY "lane_instances"

typedef enum { SCRIPT_REPORT, SCRIPT_LIST, SCRIPT_STOP, SCRIPT_LEAVE, SCRIPT_N } Script;

static const YtopsRedisScriptSource sources[SCRIPT_N] = {
    [SCRIPT_REPORT] = {"lane_report", lane_report_lua},
    [SCRIPT_LIST] = {"lane_list", lane_list_lua},
    [SCRIPT_STOP] = {"lane_stop", lane_stop_lua},
    [SCRIPT_LEAVE] = {"lane_leave", lane_leave_lua},
};

struct YtopsLaneBoard {
    YtopsRedisPool *pool;
    YtopsRedisScript **scripts; /* by Script */
};

YtopsLaneBoard *ytops_lane_board_new(YtopsRedisPool *pool)
{
    YtopsLaneBoard *board = g_new0(YtopsLaneBoard, 1);

    board->pool = pool;
    board->scripts = ytops_redis_scripts_new(sources, SCRIPT_N);
    return board;
}

void ytops_lane_board_free(YtopsLaneBoard *board)
{
    if (board == NULL)
        return;
    ytops_redis_scripts_free(board->scripts);
    g_free(board);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const YtopsLaneInfo *one = *(YtopsLaneInfo *const *)a;
    const YtopsLaneInfo *other = *(YtopsLaneInfo *const *)b;
    int order = g_strcmp0(one->instance_id, other->instance_id);

    /* Shorter first: lane .2 comes before lane .10. */
    if (order == 0)
        order = (int)strlen(one->lane_id) - (int)strlen(other->lane_id);
    return order != 0 ? order : g_strcmp0(one->lane_id, other->lane_id);
}

GPtrArray *ytops_lane_board_list(YtopsLaneBoard *board, const char *queue, GError **error)
{
    const char *const keys[] = {INSTANCES_KEY, NULL};
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_eval(board->pool, board->scripts[SCRIPT_LIST], keys, NULL, error);
    GPtrArray *lanes;

    if (reply == NULL)
        return NULL;
    lanes = g_ptr_array_new_with_free_func((GDestroyNotify)ytops_lane_info_free);
    for (gsize i = 0; i < ytops_redis_reply_length(reply); i++) {
        const char *text = ytops_redis_reply_string_at(reply, i);
        g_autoptr(YtopsLaneInfo) info = text != NULL ? lane_info_from_json(text) : NULL;

        if (info != NULL && (*queue == '\0' || g_strcmp0(info->queue, queue) == 0))
            g_ptr_array_add(lanes, g_steal_pointer(&info));
    }
    g_ptr_array_sort(lanes, compare);
    return lanes;
}

gint64 ytops_lane_board_ask_to_stop(YtopsLaneBoard *board, const char *queue, const char *lane_id,
                                    GError **error)
{
    const char *const keys[] = {INSTANCES_KEY, NULL};
    g_autofree char *life = g_strdup_printf("%d", YTOPS_LANE_BOARD_LIFE_S);
    const char *const args[] = {queue, lane_id, life, NULL};
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_eval(board->pool, board->scripts[SCRIPT_STOP], keys, args, error);
    gint64 count = reply != NULL ? ytops_redis_reply_int(reply, 0) : -1;

    if (count != 0 || *lane_id == '\0')
        return count;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                "no lane '%.100s' runs%s%.100s; list the lanes to see which do", lane_id,
                *queue != '\0' ? " on the queue " : "", queue);
    return -1;
}

/* The three keys of an instance; g_strfreev. */
static char **keys_of(const char *instance_id)
{
    char **keys = g_new0(char *, 4);

    keys[0] = g_strdup(INSTANCES_KEY);
    keys[1] = g_strconcat("lane_status:", instance_id, NULL);
    keys[2] = g_strconcat("lane_stops:", instance_id, NULL);
    return keys;
}

static GPtrArray *report_args(const char *instance_id, const GPtrArray *changed,
                              const GPtrArray *gone)
{
    GPtrArray *args = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(args, g_strdup(instance_id));
    g_ptr_array_add(args, g_strdup_printf("%d", YTOPS_LANE_BOARD_LIFE_S));
    g_ptr_array_add(args, g_strdup_printf("%u", changed->len));
    for (guint i = 0; i < changed->len; i++) {
        const YtopsLaneInfo *info = g_ptr_array_index(changed, i);

        g_ptr_array_add(args, g_strdup(info->lane_id));
        g_ptr_array_add(args, lane_info_to_json(info));
    }
    for (guint i = 0; i < gone->len; i++)
        g_ptr_array_add(args, g_strdup(g_ptr_array_index(gone, i)));
    g_ptr_array_add(args, NULL);
    return args;
}

char **ytops_lane_board_report(YtopsLaneBoard *board, const char *instance_id,
                               const GPtrArray *changed, const GPtrArray *gone, GError **error)
{
    g_auto(GStrv) keys = keys_of(instance_id);
    g_autoptr(GPtrArray) args = report_args(instance_id, changed, gone);
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_eval(board->pool, board->scripts[SCRIPT_REPORT], (const char *const *)keys,
                         (const char *const *)args->pdata, error);

    return reply != NULL ? ytops_redis_reply_to_strv(reply) : NULL;
}

gboolean ytops_lane_board_leave(YtopsLaneBoard *board, const char *instance_id, GError **error)
{
    g_auto(GStrv) keys = keys_of(instance_id);
    const char *const args[] = {instance_id, NULL};
    g_autoptr(YtopsRedisReply) reply = ytops_redis_eval(board->pool, board->scripts[SCRIPT_LEAVE],
                                                        (const char *const *)keys, args, error);

    return reply != NULL;
}
