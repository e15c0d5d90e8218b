/*
 * The log lines of the specification, in its words. Each returns a text for ytops_log; free with
 * g_free. client NULL: the line is of the stream's one upstream, not of a client's own.
 */
#pragma once

#include "relay_policy.h"

/* "No data received for 15.0s from upstream for stream ABC, client xyz" (a warning) */
char *relay_words_no_data(gint64 timeout_ms, const char *stream_id, const char *client_id);

/* "Retrying connection for stream ABC, client xyz (attempt 2/3, delay: 1.0s)"; after the decision */
char *relay_words_retry(const RelayProgress *progress, const YtopsRelaySettings *settings,
                        const RelayDecision *decision, const char *stream_id,
                        const char *client_id);

/*
 * "Retries exhausted, attempting failover due to chunk timeout for stream ABC, client xyz
 * (failover attempt 1/3)"; after the decision
 */
char *relay_words_failover(const RelayProgress *progress, const YtopsRelaySettings *settings,
                           const RelayDecision *decision, const char *stream_id,
                           const char *client_id);

/* "Connection successful after 1 retries, resetting retry counter" */
char *relay_words_recovered(gint retries);
