#include "ytops/status_api.h"

#include "page_route.h"
#include "status_orders.h"
#include "status_viewers.h"

struct YtopsStatusApi {
    YtopsRelayLoop *loop;
    YtopsStatus *status;
    PageRoute *page;
    StatusViewers *viewers;
    StatusOrders *orders;
};

YtopsStatusApi *ytops_status_api_new(YtopsRelayLoop *loop, YtopsHttpServer *server,
                                     const YtopsStatusSources *sources)
{
    YtopsStatusApi *api = g_new0(YtopsStatusApi, 1);
    api->loop = loop;
    api->page = page_route_add(server);
    api->viewers = status_viewers_new(loop);
    api->status = ytops_status_new(sources, status_viewers_tell, api->viewers);
    status_viewers_start(api->viewers, server, api->status);
    api->orders = status_orders_add(loop, server, api->status);
    return api;
}

static void dispose(gpointer data)
{
    YtopsStatusApi *api = data;
    status_orders_free(api->orders);
    status_viewers_free(api->viewers);
    page_route_free(api->page);
}

/* The status' last answers were handed to the loop before; they are delivered before dispose. */
void ytops_status_api_free(YtopsStatusApi *api)
{
    if (api == NULL)
        return;
    ytops_status_free(api->status);
    ytops_relay_loop_call(api->loop, dispose, api);
    g_free(api);
}
