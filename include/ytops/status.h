/*
 * The state of the whole system, for those who watch it: accounts, proxies and whose turn it is,
 * instances, streams, queues, lanes, and the newest changes of states.
 *
 * A thread of its own keeps it, reads only what changed while somebody watches, and does nothing
 * while nobody does. One for all viewers. What it gives is JSON; docs/http.md has the fields. Nothing
 * in it is a secret: proxies have no passwords and are named by an id.
 *
 *     ask -> the whole state                        } both on the status' own thread, in the order
 *     set_viewers(n > 0) -> an update for each change } in which they apply
 */
#pragma once

#include "ytops/account_manager.h"
#include "ytops/instances.h"
#include "ytops/lane_board.h"
#include "ytops/proxy_manager.h"
#include "ytops/role.h"
#include "ytops/work_queue.h"

/* What it reads; borrowed, must outlive the status. Strings are copied. */
typedef struct {
    YtopsRole role;
    const char *instance_id;
    const char *server_identity;
    gint64 started_at; /* Unix seconds */
    YtopsRedisPool *redis;
    YtopsAccountManager *accounts;
    YtopsProxyManager *proxies;
    YtopsWorkQueues *queues;
    YtopsLaneBoard *lane_board;
} YtopsStatusSources;

typedef struct YtopsStatus YtopsStatus;

/* An update, for every viewer that has the state before it. On the status' thread. */
typedef void (*YtopsStatusListener)(GBytes *json, gpointer data);

/* Starts the thread. */
YtopsStatus *ytops_status_new(const YtopsStatusSources *sources, YtopsStatusListener listener,
                              gpointer data);

/*
 * Ends the thread; what was asked is answered before with DRAINING, and nothing is called after. NULL
 * is fine.
 */
void ytops_status_free(YtopsStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsStatus, ytops_status_free)

/* How many want updates; 0: none are made. From any thread; does not wait. */
void ytops_status_set_viewers(YtopsStatus *status, guint viewers);

/*
 * The whole state. The updates after it say what changed since. `json` is borrowed; NULL with `error`:
 * DRAINING. Where Redis does not answer, the state says so itself.
 */
typedef void (*YtopsStatusAnswer)(GBytes *json, const GError *error, gpointer data);

/* Called exactly once, on the status' thread. From any thread; does not wait. */
void ytops_status_ask(YtopsStatus *status, YtopsStatusAnswer answer, gpointer data);

/* What an operator wants done to one account or proxy. */
typedef enum {
    YTOPS_STATUS_BAN,
    YTOPS_STATUS_UNBAN,
    YTOPS_STATUS_RESET,
    YTOPS_STATUS_ACTION_N
} YtopsStatusAction;

typedef struct {
    YtopsStatusAction action;
    gboolean is_proxy;
    const char *id;     /* of an account, or of a proxy as the state has it */
    const char *reason; /* of a ban; NULL: none */
    gint64 duration_s;  /* of a ban, as in ytops/account_manager.h */
    const char *actor;  /* as the audit has it */
} YtopsStatusOrder;

/* `error` NULL: done. NOT_FOUND, INVALID_ARGUMENT, DRAINING, or of ytops/redis.h. */
typedef void (*YtopsStatusDone)(const GError *error, gpointer data);

/*
 * Carries it out and calls `done` exactly once, on the status' thread, after the update that shows it.
 * The order is copied. From any thread; does not wait.
 */
void ytops_status_order(YtopsStatus *status, const YtopsStatusOrder *order, YtopsStatusDone done,
                        gpointer data);
