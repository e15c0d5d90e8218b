/*
 * A lane's state, as its thread sets it and others see it. There is one setter of the state, which
 * holds every move against the table of lane_state.h.
 */
#pragma once

#include "lane_settings.h"

typedef struct Lane Lane;

/* Something changed; `urgent`: more than progress. On the lane's thread, without its lock. */
typedef void (*LaneNews)(gboolean urgent, gpointer data);

/* In the state PULLING. `settings` must outlive it; strings are copied. */
Lane *lane_new(const LaneSettings *settings, const char *lane_id, const char *queue, LaneNews news,
               gpointer data);
void lane_free(Lane *lane);

const LaneSettings *lane_get_settings(const Lane *lane);
const char *lane_get_id(const Lane *lane);
const char *lane_get_queue(const Lane *lane);

/* ---- on any thread ----------------------------------------------------------------------- */

/* Its status where that changed since the last call, otherwise NULL. */
YtopsLaneInfo *lane_take_news(Lane *lane);

/* What was taken last has not arrived: it is news again. */
void lane_repeat_news(Lane *lane);

/* It stops after what it works on; one that sleeps wakes up. */
void lane_ask_to_stop(Lane *lane, const char *reason);

gboolean lane_is_stopped(Lane *lane);

/* ---- on its own thread ------------------------------------------------------------------- */

/* reason: why it is PAUSED or STOPPED; NULL with any other state. */
void lane_set_state(Lane *lane, YtopsLanePhase state, const char *reason);

/* What it works on and with; NULL: nothing. The proxy is shown without its password. */
void lane_set_url(Lane *lane, const char *url);
void lane_set_means(Lane *lane, const char *account_id, const char *proxy_url);
void lane_set_progress(Lane *lane, double percent);

/* One item more has come to its end. */
void lane_count(Lane *lane, gboolean succeeded);

/* Why it was asked to stop; NULL where it was not. Free with g_free. */
char *lane_get_stop_reason(Lane *lane);

/* FALSE where it is asked to stop before the time is over. */
gboolean lane_sleep(Lane *lane, gint64 seconds);
