#include "lane_handler.h"

#include "argument.h"
#include "fault.h"
#include "handler.h"

static YtopsLaneKind kind_on_wire(YtopsLaneWork kind)
{
    switch (kind) {
    case YTOPS_LANE_AUTH:
        return YTOPS_LANE_KIND_AUTH;
    case YTOPS_LANE_DOWNLOAD:
        return YTOPS_LANE_KIND_DOWNLOAD;
    case YTOPS_LANE_FULL:
        break;
    }
    return YTOPS_LANE_KIND_FULL;
}

/* The contract's states have our order. */
G_STATIC_ASSERT((int)YTOPS_LANE_STATE_PULLING == (int)YTOPS_LANE_PULLING);
G_STATIC_ASSERT((int)YTOPS_LANE_STATE_MARKING == (int)YTOPS_LANE_MARKING);
G_STATIC_ASSERT((int)YTOPS_LANE_STATE_STOPPED == (int)YTOPS_LANE_STOPPED);

static void move_text(char **from, char **to, gboolean *isset)
{
    *isset = *from != NULL;
    if (*isset)
        *to = fault_take_text(g_steal_pointer(from));
}

/* A new object; takes the texts out of `info`. */
static YtopsLaneStatus *status_of(YtopsLaneInfo *info)
{
    YtopsLaneStatus *status = g_object_new(YTOPS_TYPE_LANE_STATUS, NULL);

    status->laneId = fault_take_text(g_steal_pointer(&info->lane_id));
    status->instanceId = fault_take_text(g_steal_pointer(&info->instance_id));
    status->queue = fault_take_text(g_steal_pointer(&info->queue));
    status->kind = kind_on_wire(info->kind);
    status->state = (YtopsLaneState)info->state;
    status->stateSince = info->state_since;
    move_text(&info->url, &status->url, &status->__isset_url);
    move_text(&info->account_id, &status->accountId, &status->__isset_accountId);
    move_text(&info->proxy_url, &status->proxyUrl, &status->__isset_proxyUrl);
    status->__isset_progress = info->progress >= 0;
    status->progress = info->progress;
    status->succeeded = info->succeeded;
    status->failed = info->failed;
    move_text(&info->reason, &status->reason, &status->__isset_reason);
    return status;
}

static gboolean get_lane_status(YtopsWorkServiceIf *iface, GPtrArray **statuses, const gchar *queue,
                                YtopsServiceException **fault, YtopsUserException **refusal,
                                GError **error G_GNUC_UNUSED)
{
    const YtopsRpcServices *services = &handler_get_state(iface)->services;
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) lanes = NULL;

    if (argument_text(&queue, "queue", &problem))
        lanes = ytops_lane_board_list(services->lane_board, queue, &problem);
    for (guint i = 0; lanes != NULL && i < lanes->len; i++)
        g_ptr_array_add(*statuses, status_of(g_ptr_array_index(lanes, i)));
    return handler_finish(lanes != NULL, problem, fault, refusal);
}

static gboolean start_lanes(YtopsWorkServiceIf *iface, gint32 *n_running, const gchar *queue,
                            const gint32 count, YtopsServiceException **fault,
                            YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    const YtopsRpcServices *services = &handler_get_state(iface)->services;
    g_autoptr(GError) problem = NULL;
    gint64 n_lanes = -1;

    if (argument_text(&queue, "queue", &problem))
        n_lanes = ytops_lane_crew_start(services->lane_crew, queue, count, &problem);
    *n_running = (gint32)MAX(n_lanes, 0);
    return handler_finish(n_lanes >= 0, problem, fault, refusal);
}

static gboolean stop_lanes(YtopsWorkServiceIf *iface, gint32 *n_asked, const gchar *queue,
                           const gchar *lane_id, YtopsServiceException **fault,
                           YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    const YtopsRpcServices *services = &handler_get_state(iface)->services;
    g_autoptr(GError) problem = NULL;
    gint64 n_lanes = -1;

    if (argument_text(&queue, "queue", &problem) && argument_text(&lane_id, "laneId", &problem))
        n_lanes = ytops_lane_board_ask_to_stop(services->lane_board, queue, lane_id, &problem);
    /* Its own lanes need not wait for the next look. */
    if (n_lanes > 0 && services->lane_crew != NULL)
        ytops_lane_crew_look(services->lane_crew);
    *n_asked = (gint32)MAX(n_lanes, 0);
    return handler_finish(n_lanes >= 0, problem, fault, refusal);
}

void lane_handler_fill(YtopsWorkServiceHandlerClass *service)
{
    service->get_lane_status = get_lane_status;
    service->start_lanes = start_lanes;
    service->stop_lanes = stop_lanes;
}
