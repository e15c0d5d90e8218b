/*
 * The state of an account or a proxy, and how people read it.
 *
 *              used for longer than its limit
 *     ACTIVE ----------------------------------> RESTING
 *       ^  |                                        |
 *       |  | failures, or an operator               | the rest is over, or an operator
 *       |  v                                        |
 *     BANNED <------------- an operator ------------+--> ACTIVE
 *
 * Proxies are never RESTING. The moves themselves are made in Redis, by the scripts in
 * src/accounts/lua and src/proxies/lua.
 */
#pragma once

#include <glib.h>

typedef enum {
    YTOPS_POOL_STATE_ACTIVE,
    YTOPS_POOL_STATE_RESTING,
    YTOPS_POOL_STATE_BANNED
} YtopsPoolState;

/* active_in_s of a ban that only an operator ends. */
#define YTOPS_UNTIL_UNBANNED ((gint64)-1)

/*
 * The changes of a pool are numbered from 1 on, so that a watcher can ask for what came after one. No
 * change has this number: with it one asks for the number of the last, and gets it where they begin anew.
 */
#define YTOPS_CHANGES_ANEW (-1)

/* "ACTIVE", "RESTING", "BANNED". Static. */
const char *ytops_pool_state_to_string(YtopsPoolState state);

/* An empty or unknown name is ACTIVE: what has no state is ACTIVE. */
YtopsPoolState ytops_pool_state_from_string(const char *name);

/*
 * "ACTIVE", "RESTING (active in 25m)", "BANNED (active in 55m)", "BANNED (until unbanned)".
 * active_in_s: seconds until it is ACTIVE by itself, or YTOPS_UNTIL_UNBANNED. Free with g_free.
 */
char *ytops_pool_state_text(YtopsPoolState state, gint64 active_in_s);

/* "42s" below a minute, "25m" below an hour, "1h 5m" from an hour on. Free with g_free. */
char *ytops_duration_text(gint64 seconds);
