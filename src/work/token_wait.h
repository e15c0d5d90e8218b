/*
 * A token asked for and waited for by a lane's thread, which keeps its lease meanwhile. An answer
 * that comes after the lane gave up goes nowhere.
 */
#pragma once

#include "tool.h"
#include "ytops/token_service.h"

/*
 * Takes over `ask`. The result, to be unref'd; NULL and the service's error, or the tick's, or
 * DRAINING where the limits' descriptor says so. The deadline is the ask's own.
 */
YtopsTokenResult *token_wait(YtopsTokenService *service, YtopsTokenAsk *ask, int cancel_fd,
                             ToolTick tick, gpointer data, GError **error);
