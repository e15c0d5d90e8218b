/*
 * The board in Redis on which every process writes what its lanes do, and finds which of them are
 * asked to stop. A process that says nothing for a while vanishes from it. Calls block on Redis and
 * are thread-safe; errors are those of ytops/redis.h. Keys: docs/redis-keys.md.
 */
#pragma once

#include "ytops/lane.h"
#include "ytops/redis.h"

/* How long what a process wrote stands; it should write again well before. */
#define YTOPS_LANE_BOARD_LIFE_S 15

typedef struct YtopsLaneBoard YtopsLaneBoard;

/* `pool` must outlive it. */
YtopsLaneBoard *ytops_lane_board_new(YtopsRedisPool *pool);
void ytops_lane_board_free(YtopsLaneBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsLaneBoard, ytops_lane_board_free)

/* Elements are YtopsLaneInfo, sorted by instance and lane; queue "": of any. NULL on error. */
GPtrArray *ytops_lane_board_list(YtopsLaneBoard *board, const char *queue, GError **error);

/*
 * Asks lanes to stop after what they work on; queue "": of any; lane_id "": all of them. How many
 * were asked, -1 on error. NOT_FOUND where a lane is named that does not run.
 */
gint64 ytops_lane_board_ask_to_stop(YtopsLaneBoard *board, const char *queue, const char *lane_id,
                                    GError **error);

/*
 * What a process has to say: `changed` (YtopsLaneInfo) and `gone` (ids), either may be empty; the
 * others stand on. The ids of its lanes that are asked to stop, each told once; NULL on error.
 * g_strfreev.
 */
char **ytops_lane_board_report(YtopsLaneBoard *board, const char *instance_id,
                               const GPtrArray *changed, const GPtrArray *gone, GError **error);

/* Takes the process off the board. */
gboolean ytops_lane_board_leave(YtopsLaneBoard *board, const char *instance_id, GError **error);
