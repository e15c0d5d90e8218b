#include "health_watch.h"

static gboolean are_calls_stuck(HealthWatch *watch, const HealthSample *sample)
{
    gboolean gets_on = sample->calls_queued == 0 || sample->calls_ended != watch->calls_ended;

    watch->calls_ended = sample->calls_ended;
    if (gets_on)
        watch->no_end_since_us = 0;
    else if (watch->no_end_since_us == 0)
        watch->no_end_since_us = sample->now_us;
    return !gets_on && sample->now_us - watch->no_end_since_us >= HEALTH_WATCH_CALLS_US;
}

const char *health_watch_judge(HealthWatch *watch, const HealthSample *sample)
{
    gboolean calls_are_stuck = are_calls_stuck(watch, sample);

    if (sample->now_us - sample->rpc_turned_us >= HEALTH_WATCH_LOOP_US)
        return "the RPC loop does not turn";
    if (sample->now_us - sample->http_turned_us >= HEALTH_WATCH_LOOP_US)
        return "the HTTP loop does not turn";
    if (calls_are_stuck)
        return "calls wait and no worker ends one";
    return NULL;
}
