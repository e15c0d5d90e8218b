#include "drain.h"

#include "signals.h"
#include "ytops/log.h"

#define STEP_MS 50
#define LAST_REPLIES_MS 1000
#define LAST_RELEASES_MS 5000

/* FALSE where a second signal asks not to wait any longer. */
static gboolean wait_for_load_balancers(YtopsRpcServer *rpc, gint64 grace_s)
{
    gint64 end = g_get_monotonic_time() + grace_s * G_USEC_PER_SEC;

    while (g_get_monotonic_time() < end && ytops_rpc_server_count_connections(rpc) > 0) {
        if (signals_wait(STEP_MS) == SIGNALS_STOP)
            return FALSE;
    }
    return TRUE;
}

static gboolean is_idle(YtopsRpcServer *rpc, YtopsLaneCrew *lanes)
{
    return ytops_rpc_server_wait_idle(rpc, STEP_MS) &&
           (lanes == NULL || ytops_lane_crew_wait(lanes, STEP_MS));
}

/* For calls and lanes. FALSE where a second signal asks not to wait any longer. */
static gboolean wait_for_work(YtopsRpcServer *rpc, YtopsLaneCrew *lanes, gint64 timeout_s)
{
    gint64 end = g_get_monotonic_time() + timeout_s * G_USEC_PER_SEC;

    while (g_get_monotonic_time() < end) {
        if (is_idle(rpc, lanes))
            return TRUE;
        if (signals_wait(0) == SIGNALS_STOP)
            return FALSE;
    }
    ytops_log_warning("app", "drain timeout passed; ending what still runs", "timeout_s",
                      YTOPS_LOG_INT(timeout_s), NULL);
    return TRUE;
}

/* Their URLs are given back before Redis, and what else they need, is taken apart. */
static void end_lanes(YtopsLaneCrew *lanes)
{
    if (lanes == NULL)
        return;
    ytops_lane_crew_cancel(lanes);
    ytops_lane_crew_wait(lanes, LAST_RELEASES_MS);
}

void drain(YtopsRpcServer *rpc, YtopsTokenService *tokens, HttpService *http, YtopsLaneCrew *lanes,
           gint64 grace_s, gint64 timeout_s)
{
    gboolean patient;

    ytops_log_info("app", "draining", "connections",
                   YTOPS_LOG_INT(ytops_rpc_server_count_connections(rpc)), NULL);
    ytops_rpc_server_drain(rpc);
    if (lanes != NULL)
        ytops_lane_crew_drain(lanes);
    patient = wait_for_load_balancers(rpc, grace_s);
    ytops_rpc_server_stop_listening(rpc);
    if (http != NULL)
        http_service_drain(http);
    if (patient)
        patient = wait_for_work(rpc, lanes, timeout_s);
    if (!patient)
        ytops_log_warning("app", "second signal: ending what still runs", NULL);
    end_lanes(lanes);
    if (tokens != NULL)
        ytops_token_service_shutdown(tokens);
    ytops_rpc_server_wait_idle(rpc, LAST_REPLIES_MS);
}
