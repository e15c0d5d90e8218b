#include "drain.h"

#include "signals.h"
#include "ytops/log.h"

#define STEP_MS 50
#define LAST_REPLIES_MS 1000

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

/* FALSE where a second signal asks not to wait any longer. */
static gboolean wait_for_calls(YtopsRpcServer *rpc, gint64 timeout_s)
{
    gint64 end = g_get_monotonic_time() + timeout_s * G_USEC_PER_SEC;

    while (g_get_monotonic_time() < end) {
        if (ytops_rpc_server_wait_idle(rpc, STEP_MS))
            return TRUE;
        if (signals_wait(0) == SIGNALS_STOP)
            return FALSE;
    }
    ytops_log_warning("app", "drain timeout passed; ending the calls that still run", "timeout_s",
                      YTOPS_LOG_INT(timeout_s), NULL);
    return TRUE;
}

void drain(YtopsRpcServer *rpc, YtopsTokenService *tokens, HttpService *http, gint64 grace_s,
           gint64 timeout_s)
{
    gboolean patient;

    ytops_log_info("app", "draining", "connections",
                   YTOPS_LOG_INT(ytops_rpc_server_count_connections(rpc)), NULL);
    ytops_rpc_server_drain(rpc);
    patient = wait_for_load_balancers(rpc, grace_s);
    ytops_rpc_server_stop_listening(rpc);
    if (http != NULL)
        http_service_drain(http);
    if (patient)
        patient = wait_for_calls(rpc, timeout_s);
    if (!patient)
        ytops_log_warning("app", "second signal: ending the calls that still run", NULL);
    if (tokens != NULL)
        ytops_token_service_shutdown(tokens);
    ytops_rpc_server_wait_idle(rpc, LAST_REPLIES_MS);
}
