#include "instance_service.h"

#include <string.h>

#include "ytops/stream_report.h"

struct InstanceService {
    InstanceServiceParts parts;
    YtopsStreamReport *streams; /* NULL without a relay */
    YtopsInstancePublisher *publisher;
    gint draining;
};

static void add_rpc(YtopsJson *document, gpointer data)
{
    InstanceService *service = data;

    ytops_json_set_bool(document, "draining", g_atomic_int_get(&service->draining));
    ytops_json_set_int(document, "rpc_connections",
                       ytops_rpc_server_count_connections(service->parts.rpc));
}

static void add_tokens(YtopsJson *document, gpointer data)
{
    YtopsTokenService *tokens = data;

    ytops_json_set_bool(document, "token_workers_ready", ytops_token_service_is_ready(tokens));
    ytops_json_set_int(document, "token_jobs_running", ytops_token_service_count_running(tokens));
    ytops_json_set_int(document, "token_jobs_waiting", ytops_token_service_count_waiting(tokens));
}

static void add_streams(YtopsJson *document, gpointer data)
{
    ytops_json_set_take(document, "streams", ytops_stream_report_make(data));
}

static char *address_of(const char *listen, guint16 port)
{
    gboolean is_v6 = strchr(listen, ':') != NULL;

    return g_strdup_printf("%s%s%s:%u", is_v6 ? "[" : "", listen, is_v6 ? "]" : "", port);
}

static YtopsInstancePublisher *make_publisher(const InstanceServiceParts *parts)
{
    g_autofree char *rpc = address_of(parts->config->listen, ytops_rpc_server_get_port(parts->rpc));
    g_autofree char *http = parts->http != NULL ? address_of(parts->config->http_listen,
                                                             http_service_get_port(parts->http))
                                                : NULL;
    YtopsInstanceFacts facts = {
        .instance_id = parts->instance_id,
        .service_role = parts->config->service_role,
        .server_identity = parts->config->server_identity,
        .started_at = parts->started_at,
        .rpc_address = rpc,
        .http_address = http,
    };

    return ytops_instance_publisher_new(parts->redis, &facts);
}

InstanceService *instance_service_new(const InstanceServiceParts *parts)
{
    InstanceService *service = g_new0(InstanceService, 1);

    service->parts = *parts;
    service->publisher = make_publisher(parts);
    ytops_instance_publisher_add(service->publisher, add_rpc, service);
    if (parts->tokens != NULL)
        ytops_instance_publisher_add(service->publisher, add_tokens, parts->tokens);
    if (parts->relay != NULL) {
        service->streams = ytops_stream_report_new(http_service_get_loop(parts->http),
                                                   relay_service_get_relay(parts->relay));
        ytops_instance_publisher_add(service->publisher, add_streams, service->streams);
    }
    ytops_instance_publisher_start(service->publisher);
    return service;
}

void instance_service_set_draining(InstanceService *service)
{
    g_atomic_int_set(&service->draining, TRUE);
    ytops_instance_publisher_hurry(service->publisher);
}

gboolean instance_service_is_heard(InstanceService *service)
{
    return ytops_instance_publisher_is_heard(service->publisher);
}

void instance_service_free(InstanceService *service)
{
    if (service == NULL)
        return;
    ytops_instance_publisher_free(service->publisher);
    ytops_stream_report_free(service->streams);
    g_free(service);
}
