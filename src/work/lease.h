/*
 * The lease of the item that a lane works on, renewed in time. Belongs to the lane's thread.
 *
 * Redis being away is no loss yet: whether the item is still ours is known when it is back.
 */
#pragma once

#include "ytops/work_queue.h"

typedef struct {
    YtopsWorkQueues *queues;
    const YtopsQueueItem *item;
    gint64 length_s;
    gint64 renew_at_us; /* monotonic */
} Lease;

/* Of an item that was just pulled with that length. */
void lease_init(Lease *lease, YtopsWorkQueues *queues, const YtopsQueueItem *item, gint64 length_s);

/* Renews it where a third of it has passed. FALSE and NOT_FOUND: it is lost. */
gboolean lease_keep(Lease *lease, GError **error);

/* Renews it now. FALSE and NOT_FOUND: it is lost; or Redis' errors: nobody knows. */
gboolean lease_renew(Lease *lease, GError **error);
