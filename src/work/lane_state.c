#include "lane_state.h"

#define TO(name) (1U << YTOPS_LANE_##name)
#define ASIDE (TO(PULLING) | TO(PAUSED) | TO(STOPPED))

static const guint legal_moves[YTOPS_LANE_N_STATES] = {
    [YTOPS_LANE_PULLING] = TO(ASSIGNING) | TO(DOWNLOADING) | TO(MARKING) | ASIDE,
    [YTOPS_LANE_ASSIGNING] = TO(ASSIGNING) | TO(GETTING_TOKEN) | TO(MARKING) | ASIDE,
    [YTOPS_LANE_GETTING_TOKEN] =
        TO(GETTING_TOKEN) | TO(ASSIGNING) | TO(DOWNLOADING) | TO(MARKING) | ASIDE,
    [YTOPS_LANE_DOWNLOADING] = TO(DOWNLOADING) | TO(PROBING) | TO(ASSIGNING) | TO(MARKING) | ASIDE,
    [YTOPS_LANE_PROBING] = TO(PROBING) | TO(ASSIGNING) | TO(MARKING) | ASIDE,
    [YTOPS_LANE_MARKING] = TO(MARKING) | ASIDE,
    /* MARKING: Redis was away when there was something to record, and is back. */
    [YTOPS_LANE_PAUSED] = TO(MARKING) | ASIDE,
    [YTOPS_LANE_STOPPED] = TO(STOPPED),
};

static const char *const state_names[YTOPS_LANE_N_STATES] = {
    [YTOPS_LANE_PULLING] = "PULLING",
    [YTOPS_LANE_ASSIGNING] = "ASSIGNING",
    [YTOPS_LANE_GETTING_TOKEN] = "GETTING_TOKEN",
    [YTOPS_LANE_DOWNLOADING] = "DOWNLOADING",
    [YTOPS_LANE_PROBING] = "PROBING",
    [YTOPS_LANE_MARKING] = "MARKING",
    [YTOPS_LANE_PAUSED] = "PAUSED",
    [YTOPS_LANE_STOPPED] = "STOPPED",
};

static const char *const kind_names[] = {
    [YTOPS_LANE_FULL] = "full",
    [YTOPS_LANE_AUTH] = "auth",
    [YTOPS_LANE_DOWNLOAD] = "download",
};

gboolean lane_state_may_move(YtopsLanePhase from, YtopsLanePhase to)
{
    return (legal_moves[from] & 1U << to) != 0;
}

/* The place of a name; -1 where it is not there. */
static int find_name(const char *const *names, gsize n_names, const char *name)
{
    for (gsize i = 0; i < n_names; i++) {
        if (g_strcmp0(names[i], name) == 0)
            return (int)i;
    }
    return -1;
}

const char *ytops_lane_state_to_string(YtopsLanePhase state)
{
    return state_names[state];
}

gboolean ytops_lane_state_from_string(const char *name, YtopsLanePhase *state)
{
    int place = find_name(state_names, G_N_ELEMENTS(state_names), name);

    if (place >= 0)
        *state = (YtopsLanePhase)place;
    return place >= 0;
}

const char *ytops_lane_kind_to_string(YtopsLaneWork kind)
{
    return kind_names[kind];
}

gboolean ytops_lane_kind_from_string(const char *name, YtopsLaneWork *kind)
{
    int place = find_name(kind_names, G_N_ELEMENTS(kind_names), name);

    if (place >= 0)
        *kind = (YtopsLaneWork)place;
    return place >= 0;
}
