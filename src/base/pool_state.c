#include "ytops/pool_state.h"

#include <string.h>

static const char *const state_names[] = {
    [YTOPS_POOL_STATE_ACTIVE] = "ACTIVE",
    [YTOPS_POOL_STATE_RESTING] = "RESTING",
    [YTOPS_POOL_STATE_BANNED] = "BANNED",
};

const char *ytops_pool_state_to_string(YtopsPoolState state)
{
    return state_names[state];
}

YtopsPoolState ytops_pool_state_from_string(const char *name)
{
    for (guint i = 0; name != NULL && i < G_N_ELEMENTS(state_names); i++) {
        if (strcmp(name, state_names[i]) == 0)
            return (YtopsPoolState)i;
    }
    return YTOPS_POOL_STATE_ACTIVE;
}

char *ytops_duration_text(gint64 seconds)
{
    if (seconds < 60)
        return g_strdup_printf("%" G_GINT64_FORMAT "s", MAX(seconds, 0));
    if (seconds < 3600)
        return g_strdup_printf("%" G_GINT64_FORMAT "m", seconds / 60);
    return g_strdup_printf("%" G_GINT64_FORMAT "h %" G_GINT64_FORMAT "m", seconds / 3600,
                           seconds % 3600 / 60);
}

char *ytops_pool_state_text(YtopsPoolState state, gint64 active_in_s)
{
    g_autofree char *left = NULL;

    if (state == YTOPS_POOL_STATE_ACTIVE)
        return g_strdup(state_names[state]);
    if (active_in_s == YTOPS_UNTIL_UNBANNED)
        return g_strdup_printf("%s (until unbanned)", state_names[state]);
    left = ytops_duration_text(active_in_s);
    return g_strdup_printf("%s (active in %s)", state_names[state], left);
}
