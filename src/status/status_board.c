#include "status_board.h"

#include "status_row.h"
#include "ytops/error.h"

/* Each costs a call; nobody reads more on a page. */
#define MOST_QUEUES 100

struct StatusBoard {
    YtopsInstances *instances;
    YtopsWorkQueues *queues; /* borrowed */
    YtopsLaneBoard *lanes;   /* borrowed */
    StatusTable *tables[STATUS_BOARD_N];
};

StatusBoard *status_board_new(YtopsRedisPool *redis, YtopsWorkQueues *queues, YtopsLaneBoard *lanes)
{
    StatusBoard *board = g_new0(StatusBoard, 1);
    board->instances = ytops_instances_new(redis);
    board->queues = queues;
    board->lanes = lanes;
    board->tables[STATUS_BOARD_INSTANCES] = status_table_new("instances");
    board->tables[STATUS_BOARD_STREAMS] = status_table_new("streams");
    board->tables[STATUS_BOARD_QUEUES] = status_table_new("queues");
    board->tables[STATUS_BOARD_LANES] = status_table_new("lanes");
    return board;
}

void status_board_free(StatusBoard *board)
{
    if (board == NULL)
        return;
    ytops_instances_free(board->instances);
    for (int i = 0; i < STATUS_BOARD_N; i++)
        status_table_free(board->tables[i]);
    g_free(board);
}

StatusTable *status_board_get_table(StatusBoard *board, StatusBoardList list)
{
    return board->tables[list];
}

/* ---- instances and streams ------------------------------------------------------------------ */

/* Everything but what changes with each reading, and what has a list of its own. */
static gboolean copy_member(const char *key, YtopsJson *value, gpointer data)
{
    if (!g_str_equal(key, "age_s") && !g_str_equal(key, "list"))
        ytops_json_set_take(data, key, ytops_json_ref(value));
    return TRUE;
}

static YtopsJson *copy(const YtopsJson *object)
{
    YtopsJson *copied = ytops_json_object_new();
    ytops_json_foreach(object, copy_member, copied);
    return copied;
}

static void put_streams(StatusBoard *board, const char *instance_id, const YtopsJson *list)
{
    for (guint i = 0; i < ytops_json_length(list); i++) {
        const YtopsJson *stream = ytops_json_at(list, i);
        const char *stream_id = ytops_json_get_string(stream, "stream_id");
        if (stream_id == NULL)
            continue;
        g_autofree char *id = g_strjoin("/", instance_id, stream_id, NULL);
        YtopsJson *row = copy(stream);
        ytops_json_set_string(row, "instance", instance_id);
        status_table_put(board->tables[STATUS_BOARD_STREAMS], id, row, 0);
    }
}

static void put_instance(StatusBoard *board, const YtopsJson *document)
{
    const char *instance_id = ytops_json_get_string(document, "instance_id");
    YtopsJson *row = copy(document);
    const YtopsJson *streams = ytops_json_get(document, "streams");
    if (streams != NULL) {
        put_streams(board, instance_id, ytops_json_get(streams, "list"));
        ytops_json_set_take(row, "streams", copy(streams));
    }
    status_table_put(board->tables[STATUS_BOARD_INSTANCES], instance_id, row, 0);
}

static gboolean read_instances(StatusBoard *board, GError **error)
{
    g_autoptr(YtopsJson) list = ytops_instances_list(board->instances, error);
    if (list == NULL)
        return FALSE;
    status_table_begin_round(board->tables[STATUS_BOARD_INSTANCES]);
    status_table_begin_round(board->tables[STATUS_BOARD_STREAMS]);
    for (guint i = 0; i < ytops_json_length(list); i++)
        put_instance(board, ytops_json_at(list, i));
    status_table_end_round(board->tables[STATUS_BOARD_INSTANCES]);
    status_table_end_round(board->tables[STATUS_BOARD_STREAMS]);
    return TRUE;
}

/* ---- queues ---------------------------------------------------------------------------------- */

/* One with a key of another type is left out: who works with it is told, and the others are well. */
static gboolean put_queue(StatusBoard *board, const char *name, GError **error)
{
    YtopsQueueCounts counts;
    g_autoptr(GError) problem = NULL;
    if (!ytops_work_queues_get_status(board->queues, name, &counts, &problem)) {
        if (ytops_error_get_code(problem) == YTOPS_ERROR_INTERNAL)
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    YtopsJson *row = ytops_json_object_new();
    ytops_json_set_int(row, "inbox", counts.inbox);
    ytops_json_set_int(row, "in_progress", counts.in_progress);
    ytops_json_set_int(row, "succeeded", counts.succeeded);
    ytops_json_set_int(row, "failed", counts.failed);
    status_table_put(board->tables[STATUS_BOARD_QUEUES], name, row, 0);
    return TRUE;
}

static gboolean read_queues(StatusBoard *board, GError **error)
{
    g_auto(GStrv) names = ytops_work_queues_list(board->queues, error);
    if (names == NULL)
        return FALSE;
    status_table_begin_round(board->tables[STATUS_BOARD_QUEUES]);
    for (guint i = 0; names[i] != NULL && i < MOST_QUEUES; i++) {
        if (!put_queue(board, names[i], error))
            return FALSE;
    }
    status_table_end_round(board->tables[STATUS_BOARD_QUEUES]);
    return TRUE;
}

/* ---- lanes ----------------------------------------------------------------------------------- */

static void put_lane(StatusBoard *board, const YtopsLaneInfo *lane)
{
    YtopsJson *row = ytops_json_object_new();
    g_autofree char *id = g_strjoin("/", lane->instance_id, lane->lane_id, NULL);
    status_row_set_text(row, "lane", lane->lane_id);
    status_row_set_text(row, "instance", lane->instance_id);
    status_row_set_text(row, "queue", lane->queue);
    status_row_set_text(row, "kind", ytops_lane_kind_to_string(lane->kind));
    status_row_set_text(row, "state", ytops_lane_state_to_string(lane->state));
    ytops_json_set_int(row, "state_since", lane->state_since);
    status_row_set_text(row, "url", lane->url);
    status_row_set_text(row, "account", lane->account_id);
    status_row_set_text(row, "proxy", lane->proxy_url);
    if (lane->progress >= 0)
        ytops_json_set_int(row, "progress", (gint64)lane->progress);
    ytops_json_set_int(row, "succeeded", lane->succeeded);
    ytops_json_set_int(row, "failed", lane->failed);
    status_row_set_text(row, "reason", lane->reason);
    status_table_put(board->tables[STATUS_BOARD_LANES], id, row, 0);
}

static gboolean read_lanes(StatusBoard *board, GError **error)
{
    g_autoptr(GPtrArray) lanes = ytops_lane_board_list(board->lanes, "", error);
    if (lanes == NULL)
        return FALSE;
    status_table_begin_round(board->tables[STATUS_BOARD_LANES]);
    for (guint i = 0; i < lanes->len; i++)
        put_lane(board, g_ptr_array_index(lanes, i));
    status_table_end_round(board->tables[STATUS_BOARD_LANES]);
    return TRUE;
}

gboolean status_board_refresh(StatusBoard *board, GError **error)
{
    return read_instances(board, error) && read_queues(board, error) && read_lanes(board, error);
}
