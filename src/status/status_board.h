/* Instances, their streams, queues and lanes: lists that are read as a whole. On the status' thread. */
#pragma once

#include "status_table.h"
#include "ytops/instances.h"
#include "ytops/lane_board.h"
#include "ytops/work_queue.h"

typedef struct StatusBoard StatusBoard;

/* All are borrowed. */
StatusBoard *status_board_new(YtopsRedisPool *redis, YtopsWorkQueues *queues,
                              YtopsLaneBoard *lanes);
void status_board_free(StatusBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusBoard, status_board_free)

typedef enum {
    STATUS_BOARD_INSTANCES,
    STATUS_BOARD_STREAMS,
    STATUS_BOARD_QUEUES,
    STATUS_BOARD_LANES,
    STATUS_BOARD_N
} StatusBoardList;

StatusTable *status_board_get_table(StatusBoard *board, StatusBoardList list);

gboolean status_board_refresh(StatusBoard *board, GError **error);
