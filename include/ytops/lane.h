/*
 * Lanes as everybody sees them: what they work on, the state they are in, their status.
 *
 *     PULLING --> ASSIGNING --> GETTING_TOKEN --> DOWNLOADING --> PROBING --> MARKING --> PULLING
 *                     ^ retry, recover |              |            |
 *                     +----------------+--------------+------------+
 *
 * An AUTH lane goes from GETTING_TOKEN to MARKING, a DOWNLOAD lane from PULLING to DOWNLOADING; what
 * failed goes straight to MARKING. From anywhere a lane may be PAUSED (and then pulls, or marks, again)
 * or STOPPED, and goes back to PULLING where the lease of its item was lost.
 */
#pragma once

#include <glib.h>

typedef enum { YTOPS_LANE_FULL, YTOPS_LANE_AUTH, YTOPS_LANE_DOWNLOAD } YtopsLaneWork;

typedef enum {
    YTOPS_LANE_PULLING,
    YTOPS_LANE_ASSIGNING,
    YTOPS_LANE_GETTING_TOKEN,
    YTOPS_LANE_DOWNLOADING,
    YTOPS_LANE_PROBING,
    YTOPS_LANE_MARKING,
    YTOPS_LANE_PAUSED,
    YTOPS_LANE_STOPPED,
    YTOPS_LANE_N_STATES
} YtopsLanePhase;

/* "full", "auth", "download". Static. */
const char *ytops_lane_kind_to_string(YtopsLaneWork kind);
gboolean ytops_lane_kind_from_string(const char *name, YtopsLaneWork *kind);

/* "PULLING", ... as in the contract. Static. */
const char *ytops_lane_state_to_string(YtopsLanePhase state);
gboolean ytops_lane_state_from_string(const char *name, YtopsLanePhase *state);

#define YTOPS_LANE_NO_PROGRESS (-1.0)

/* One lane at one moment. Owned strings; NULL where there is none. */
typedef struct {
    char *lane_id;
    char *instance_id;
    char *queue;
    YtopsLaneWork kind;
    YtopsLanePhase state;
    gint64 state_since; /* Unix seconds */
    char *url;          /* what it works on */
    char *account_id;
    char *proxy_url; /* without its password */
    double progress; /* of the download in percent; YTOPS_LANE_NO_PROGRESS where not known */
    gint64 succeeded;
    gint64 failed;
    char *reason; /* why it is PAUSED or STOPPED */
} YtopsLaneInfo;

void ytops_lane_info_free(YtopsLaneInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsLaneInfo, ytops_lane_info_free)
