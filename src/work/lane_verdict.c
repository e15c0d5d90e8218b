#include "lane_verdict.h"

enum { SHORTEST_PAUSE_S = 1, USUAL_PAUSE_S = 2, LONGEST_PAUSE_S = 5 };

LaneVerdict lane_verdict(YtopsErrorCode code)
{
    switch (code) {
    case YTOPS_ERROR_NOT_FOUND:
        return LANE_VERDICT_ABANDON;
    case YTOPS_ERROR_NO_ACTIVE_ACCOUNTS:
    case YTOPS_ERROR_NO_ACTIVE_PROXIES:
    case YTOPS_ERROR_REDIS_UNAVAILABLE:
    case YTOPS_ERROR_OVERLOADED:
    case YTOPS_ERROR_DRAINING:
        return LANE_VERDICT_PAUSE;
    /* A fault of this machine or of its settings would be that of every further item too. */
    case YTOPS_ERROR_INTERNAL:
    case YTOPS_ERROR_ROLE_FORBIDDEN:
    case YTOPS_ERROR_OUT_OF_SCOPE:
        return LANE_VERDICT_STOP;
    default:
        return LANE_VERDICT_FAIL;
    }
}

static gint64 retry_after_s(const GError *error)
{
    const char *text = ytops_error_get_context(error, "retryAfterS");
    gint64 seconds;

    if (text == NULL || !g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &seconds, NULL))
        return -1;
    return seconds;
}

/* An operator may end a ban or a rest at any time, so no pause is as long as the error says. */
gint64 lane_verdict_pause_s(const GError *error)
{
    gint64 seconds = retry_after_s(error);

    return seconds < 0 ? USUAL_PAUSE_S : CLAMP(seconds, SHORTEST_PAUSE_S, LONGEST_PAUSE_S);
}

/* The error itself names the soonest recovery, where one is known. */
char *lane_verdict_reason(const GError *error)
{
    return g_strdup_printf("%s: %s; paused, trying again by itself",
                           ytops_error_code_to_string(ytops_error_get_code(error)), error->message);
}
