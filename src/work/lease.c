#include "lease.h"

#include "ytops/error.h"
#include "ytops/log.h"

enum { RETRY_US = G_USEC_PER_SEC / 2 };

static gint64 next_renewal(const Lease *lease)
{
    return g_get_monotonic_time() + lease->length_s * G_USEC_PER_SEC / 3;
}

void lease_init(Lease *lease, YtopsWorkQueues *queues, const YtopsQueueItem *item, gint64 length_s)
{
    *lease = (Lease){.queues = queues, .item = item, .length_s = length_s};
    lease->renew_at_us = next_renewal(lease);
}

gboolean lease_renew(Lease *lease, GError **error)
{
    if (!ytops_work_queues_renew(lease->queues, lease->item->queue, lease->item->item_id,
                                 lease->length_s, error))
        return FALSE;
    lease->renew_at_us = next_renewal(lease);
    return TRUE;
}

gboolean lease_keep(Lease *lease, GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (g_get_monotonic_time() < lease->renew_at_us || lease_renew(lease, &cause))
        return TRUE;
    if (ytops_error_get_code(cause) == YTOPS_ERROR_NOT_FOUND) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    ytops_log_debug("lanes", "a lease could not be renewed yet", "item_id", lease->item->item_id,
                    "error", cause->message, NULL);
    lease->renew_at_us = g_get_monotonic_time() + RETRY_US;
    return TRUE;
}
