#include "status_service.h"

#include "ytops/status_api.h"

struct StatusService {
    YtopsRelayLoop *loop; /* the HTTP port's */
    YtopsStatusSources sources;
    YtopsStatusApi *api; /* NULL before the HTTP port starts */
};

static void add_routes(YtopsHttpServer *server, gpointer data)
{
    StatusService *service = data;

    service->api = ytops_status_api_new(service->loop, server, &service->sources);
}

StatusService *status_service_new(HttpService *http, const YtopsStatusSources *sources)
{
    StatusService *service = g_new0(StatusService, 1);

    service->loop = http_service_get_loop(http);
    service->sources = *sources;
    http_service_add(http, add_routes, service);
    return service;
}

void status_service_free(StatusService *service)
{
    if (service == NULL)
        return;
    ytops_status_api_free(service->api);
    g_free(service);
}
