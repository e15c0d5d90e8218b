#include "relay_words.h"

#include "relay_seconds.h"

static char *format_whose(const char *stream_id, const char *client_id)
{
    return client_id == NULL ? g_strdup_printf("stream %s", stream_id)
                             : g_strdup_printf("stream %s, client %s", stream_id, client_id);
}

char *relay_words_no_data(gint64 timeout_ms, const char *stream_id, const char *client_id)
{
    g_autofree char *seconds = relay_seconds_format(timeout_ms);
    g_autofree char *whose = format_whose(stream_id, client_id);

    return g_strdup_printf("No data received for %ss from upstream for %s", seconds, whose);
}

char *relay_words_retry(const RelayProgress *progress, const YtopsRelaySettings *settings,
                        const RelayDecision *decision, const char *stream_id, const char *client_id)
{
    g_autofree char *seconds = relay_seconds_format(decision->delay_ms);
    g_autofree char *whose = format_whose(stream_id, client_id);

    return g_strdup_printf("Retrying connection for %s (attempt %u/%u, delay: %ss)", whose,
                           progress->retry_count, settings->retry_attempts, seconds);
}

static char *format_failover_number(const RelayProgress *progress,
                                    const YtopsRelaySettings *settings)
{
    if (settings->max_failover_attempts == 0)
        return g_strdup_printf("%u, no limit", progress->failover_count);
    return g_strdup_printf("%u/%u", progress->failover_count, settings->max_failover_attempts);
}

char *relay_words_failover(const RelayProgress *progress, const YtopsRelaySettings *settings,
                           const RelayDecision *decision, const char *stream_id,
                           const char *client_id)
{
    g_autofree char *whose = format_whose(stream_id, client_id);
    g_autofree char *number = format_failover_number(progress, settings);

    /* The operator's switch is not one of the counted attempts. */
    if (progress->failover_count == 0)
        return g_strdup_printf("%s for %s", decision->cause, whose);
    return g_strdup_printf("%s, attempting failover due to %s for %s (failover attempt %s)",
                           decision->cause, decision->reason, whose, number);
}

char *relay_words_recovered(gint retries)
{
    return g_strdup_printf("Connection successful after %d retries, resetting retry counter",
                           retries);
}
