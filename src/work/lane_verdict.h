/* What an error that ended the work on an item means for the item and for the lane. Pure. */
#pragma once

#include "ytops/error.h"

typedef enum {
    LANE_VERDICT_FAIL,    /* the item fails, the lane goes on */
    LANE_VERDICT_PAUSE,   /* nobody can work now: the item is released, the lane waits */
    LANE_VERDICT_STOP,    /* this lane cannot work: the item is released, the lane stops */
    LANE_VERDICT_ABANDON, /* the lease was lost: the item is another lane's */
} LaneVerdict;

LaneVerdict lane_verdict(YtopsErrorCode code);

/* How long to wait before the next try, by what the error says of that: 1 to 5 seconds. */
gint64 lane_verdict_pause_s(const GError *error);

/* The sentence for people that the lane shows while it is PAUSED. Free with g_free. */
char *lane_verdict_reason(const GError *error);
