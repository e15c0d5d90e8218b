/*
 * The orderly end of service.
 *
 *   SIGTERM -> ping raises DRAINING, calls go on, lanes take no URL -- grace, or no client connected -->
 *           -> the ports close, new jobs are refused -- idle, or drain timeout -->
 *           -> what still runs is ended, its callers get DRAINING --> done
 *
 * A second SIGTERM or SIGINT skips to the last step.
 */
#pragma once

#include "http_service.h"
#include "ytops/lane_crew.h"
#include "ytops/rpc_server.h"

/*
 * Blocks the calling thread, which must be the one that takes the signals. `tokens`, `http`
 * and `lanes` may be NULL. Players are not waited for: a live stream has no end.
 */
void drain(YtopsRpcServer *rpc, YtopsTokenService *tokens, HttpService *http, YtopsLaneCrew *lanes,
           gint64 grace_s, gint64 timeout_s);
