/* The state of a stream: its names, its legal moves, its one setter. */
#include "relay_core.h"
#include "ytops/log.h"

static const char *const state_names[] = {
    [YTOPS_RELAY_IDLE] = "IDLE",           [YTOPS_RELAY_CONNECTING] = "CONNECTING",
    [YTOPS_RELAY_STREAMING] = "STREAMING", [YTOPS_RELAY_WAITING_RETRY] = "WAITING_RETRY",
    [YTOPS_RELAY_FAILED] = "FAILED",
};

const char *ytops_relay_state_to_string(YtopsRelayState state)
{
    return state_names[state];
}

#define TO(state) (1u << YTOPS_RELAY_##state)

/* From each state, those it may move to. */
static const guint moves[] = {
    [YTOPS_RELAY_IDLE] = TO(CONNECTING) | TO(FAILED),
    [YTOPS_RELAY_CONNECTING] = TO(STREAMING) | TO(WAITING_RETRY) | TO(FAILED) | TO(IDLE),
    [YTOPS_RELAY_STREAMING] = TO(CONNECTING) | TO(WAITING_RETRY) | TO(FAILED) | TO(IDLE),
    [YTOPS_RELAY_WAITING_RETRY] = TO(CONNECTING) | TO(FAILED) | TO(IDLE),
    [YTOPS_RELAY_FAILED] = TO(CONNECTING),
};

static void set_state(YtopsRelayStream *stream, YtopsRelayState state)
{
    if (stream->state == state)
        return;
    if ((moves[stream->state] & (1u << state)) == 0)
        ytops_log_error("relay", "a stream makes a move that is not in its table; please report it",
                        "stream_id", stream->id, "from", state_names[stream->state], "to",
                        state_names[state], NULL);
    stream->state = state;
}

static YtopsRelayState furthest(YtopsRelayStream *stream)
{
    static const guint rank[] = {
        [YTOPS_RELAY_IDLE] = 0,       [YTOPS_RELAY_FAILED] = 1,    [YTOPS_RELAY_WAITING_RETRY] = 2,
        [YTOPS_RELAY_CONNECTING] = 3, [YTOPS_RELAY_STREAMING] = 4,
    };
    YtopsRelayState state = YTOPS_RELAY_IDLE;

    for (guint i = 0; i < stream->attempts->len; i++) {
        YtopsRelayState other = attempt_get_state(stream->attempts->pdata[i]);

        if (rank[other] > rank[state])
            state = other;
    }
    return state;
}

void relay_stream_refresh_state(YtopsRelayStream *stream)
{
    YtopsRelayState state = furthest(stream);

    /* Failure is what is left to see of a stream until someone tries again. */
    if (stream->state == YTOPS_RELAY_FAILED && state != YTOPS_RELAY_CONNECTING &&
        state != YTOPS_RELAY_STREAMING)
        return;
    if (state == YTOPS_RELAY_FAILED)
        return;
    set_state(stream, state);
    if (state == YTOPS_RELAY_STREAMING && !stream->is_started) {
        YtopsRelayEvent event = {.type = YTOPS_RELAY_STREAM_STARTED};

        stream->is_started = TRUE;
        relay_core_emit(stream, &event);
    }
}

void relay_stream_note_failure(YtopsRelayStream *stream, const char *reason, guint retry_count)
{
    YtopsRelayEvent event = {
        .type = YTOPS_RELAY_STREAM_FAILED, .reason = reason, .retry_count = retry_count};
    YtopsRelayState rest = furthest(stream);

    /* While another client is still being served, only this one failed. */
    if (stream->is_over || (rest != YTOPS_RELAY_FAILED && rest != YTOPS_RELAY_IDLE) ||
        stream->state == YTOPS_RELAY_FAILED)
        return;
    set_state(stream, YTOPS_RELAY_FAILED);
    relay_metrics_count_failure(stream);
    stream->is_started = FALSE;
    relay_core_emit(stream, &event);
}
