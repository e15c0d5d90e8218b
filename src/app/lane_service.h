/*
 * The lanes as one part of the daemon: the board, on every role, and the crew, where tokens are made.
 */
#pragma once

#include "ytops/config.h"
#include "ytops/lane_crew.h"

typedef struct LaneService LaneService;

/* `parts` without its board; parts->tokens NULL: no crew. What it points to must outlive the service. */
LaneService *lane_service_new(const YtopsConfig *config, const char *instance_id,
                              const YtopsLaneParts *parts, GError **error);

YtopsLaneBoard *lane_service_get_board(const LaneService *service);

/* NULL where there is none. */
YtopsLaneCrew *lane_service_get_crew(const LaneService *service);

/* Starts the lanes that the settings ask for. INVALID_ARGUMENT names the flag that is wrong. */
gboolean lane_service_start(LaneService *service, GError **error);

/* Ends the lanes. NULL is fine. */
void lane_service_free(LaneService *service);
