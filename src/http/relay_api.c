#include "ytops/relay_api.h"

#include <string.h>

#include "connection_test_route.h"
#include "event_routes.h"
#include "relay_players.h"
#include "route_reply.h"
#include "stream_json.h"
#include "stream_spec.h"
#include "webhook_routes.h"

struct YtopsRelayApi {
    YtopsRelay *relay;
    RelayPlayers *players;
    EventRoutes *event_routes;
};

/* The stream that {id} names, or NULL after a 404. */
static YtopsRelayStream *find_stream(YtopsRelayApi *api, YtopsHttpExchange *exchange)
{
    const char *id = ytops_http_exchange_get_param(exchange, "id");
    YtopsRelayStream *stream = ytops_relay_find(api->relay, id);
    g_autoptr(GError) error = NULL;

    if (stream != NULL)
        return stream;
    error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                        "there is no stream '%.64s'; GET /streams lists those that are", id);
    ytops_http_exchange_respond_error(exchange, 404, error, "stream_id");
    return NULL;
}

static YtopsJson *status_of(YtopsRelayStream *stream)
{
    YtopsRelayInfo info;

    ytops_relay_stream_get_info(stream, &info);
    return stream_json_status(&info);
}

static void create(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayApi *api = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(StreamSpec) spec = NULL;
    YtopsRelayStream *stream = NULL;
    YtopsRelayInfo info;

    spec = stream_spec_parse(ytops_http_exchange_get_body(exchange),
                             ytops_relay_get_settings(api->relay), &error);
    if (spec != NULL) {
        /* Envoy sends requests for a stream where the hash of its id leads, this one included. */
        spec->spec.id = ytops_http_exchange_get_header(exchange, "X-Stream-Id");
        stream = ytops_relay_create(api->relay, &spec->spec, &error);
    }
    if (stream == NULL) {
        route_reply_refuse(exchange, error);
        return;
    }
    ytops_relay_stream_get_info(stream, &info);
    route_reply_take(exchange, 201, stream_json_created(&info));
}

static gboolean has_metadata(YtopsRelayStream *stream, const char *field, const char *value)
{
    YtopsRelayInfo info;

    ytops_relay_stream_get_info(stream, &info);
    return info.metadata != NULL &&
           g_strcmp0(g_hash_table_lookup(info.metadata, field), value) == 0;
}

/* All streams, or with a field those whose metadata have that value. */
static void respond_list(YtopsRelayApi *api, YtopsHttpExchange *exchange, const char *field,
                         const char *value)
{
    GPtrArray *streams = ytops_relay_list(api->relay);
    YtopsJson *document = ytops_json_object_new();
    YtopsJson *list = ytops_json_array_new();

    for (guint i = 0; i < streams->len; i++) {
        if (field == NULL || has_metadata(streams->pdata[i], field, value))
            ytops_json_append_take(list, status_of(streams->pdata[i]));
    }
    ytops_json_set_int(document, "total", ytops_json_length(list));
    ytops_json_set_take(document, "streams", list);
    route_reply_take(exchange, 200, document);
}

static void list(YtopsHttpExchange *exchange, gpointer data)
{
    respond_list(data, exchange, NULL, NULL);
}

static void list_by_metadata(YtopsHttpExchange *exchange, gpointer data)
{
    const char *field = ytops_http_exchange_get_query(exchange, "field");
    const char *value = ytops_http_exchange_get_query(exchange, "value");
    const char *missing = field == NULL || *field == '\0' ? "field"
                          : value == NULL                 ? "value"
                                                          : NULL;
    g_autoptr(GError) error = NULL;

    if (missing == NULL) {
        respond_list(data, exchange, field, value);
        return;
    }
    error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                        "%s is missing; give ?field=NAME&value=VALUE", missing);
    ytops_http_exchange_respond_error(exchange, 400, error, missing);
}

static void show(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayStream *stream = find_stream(data, exchange);

    if (stream != NULL)
        route_reply_take(exchange, 200, status_of(stream));
}

static void delete (YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayApi *api = data;
    YtopsRelayStream *stream = find_stream(api, exchange);
    YtopsJson *json;

    if (stream == NULL)
        return;
    json = ytops_json_object_new();
    ytops_json_set_string(json, "message", "Stream deleted");
    ytops_json_set_string(json, "stream_id", ytops_http_exchange_get_param(exchange, "id"));
    ytops_relay_delete(api->relay, stream);
    route_reply_take(exchange, 200, json);
}

static void failover(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayStream *stream = find_stream(data, exchange);
    g_autoptr(GError) error = NULL;

    if (stream == NULL)
        return;
    if (ytops_relay_stream_failover(stream, &error))
        route_reply_take(exchange, 200, status_of(stream));
    else
        ytops_http_exchange_respond_error(exchange, 409, error, NULL);
}

static void play(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayApi *api = data;
    YtopsRelayStream *stream = find_stream(api, exchange);

    if (stream != NULL)
        relay_players_serve(api->players, exchange, stream, NULL);
}

static void play_resource(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayApi *api = data;
    YtopsRelayStream *stream = find_stream(api, exchange);

    if (stream != NULL)
        relay_players_serve(api->players, exchange, stream,
                            ytops_http_exchange_get_param(exchange, "resource"));
}

static void stats(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayApi *api = data;
    GPtrArray *streams = ytops_relay_list(api->relay);
    YtopsJson *json = ytops_json_object_new();
    guint64 from_upstream = 0, to_clients = 0;
    guint active = 0;

    for (guint i = 0; i < streams->len; i++) {
        YtopsRelayInfo info;

        ytops_relay_stream_get_info(streams->pdata[i], &info);
        from_upstream += info.bytes_from_upstream;
        to_clients += info.bytes_to_clients;
        active += info.client_count > 0;
    }
    ytops_json_set_int(json, "total_streams", streams->len);
    ytops_json_set_int(json, "active_streams", active);
    ytops_json_set_int(json, "total_clients", relay_players_count(api->players));
    ytops_json_set_int(json, "bytes_from_upstream", (gint64)from_upstream);
    ytops_json_set_int(json, "bytes_to_clients", (gint64)to_clients);
    route_reply_take(exchange, 200, json);
}

static void clients(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsRelayApi *api = data;
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_int(json, "total", relay_players_count(api->players));
    ytops_json_set_take(json, "clients", relay_players_to_json(api->players));
    route_reply_take(exchange, 200, json);
}

static const struct {
    const char *method;
    const char *pattern;
    YtopsHttpAccess access;
    YtopsHttpHandler handler;
} routes[] = {
    {"POST", "/streams", YTOPS_HTTP_GUARDED, create},
    {"GET", "/streams", YTOPS_HTTP_GUARDED, list},
    {"GET", "/streams/by-metadata", YTOPS_HTTP_GUARDED, list_by_metadata},
    {"GET", "/streams/{id}", YTOPS_HTTP_GUARDED, show},
    {"DELETE", "/streams/{id}", YTOPS_HTTP_GUARDED, delete},
    {"POST", "/streams/{id}/failover", YTOPS_HTTP_GUARDED, failover},
    {"GET", "/stats", YTOPS_HTTP_GUARDED, stats},
    {"GET", "/clients", YTOPS_HTTP_GUARDED, clients},
    /* Players cannot be told a token: a stream's id, which is random, opens its media. */
    {"GET", "/stream/{id}", YTOPS_HTTP_PUBLIC, play},
    {"GET", "/hls/{id}/playlist.m3u8", YTOPS_HTTP_PUBLIC, play},
    {"GET", "/hls/{id}/{resource...}", YTOPS_HTTP_PUBLIC, play_resource},
};

YtopsRelayApi *ytops_relay_api_new(uv_loop_t *loop, YtopsHttpServer *server, YtopsRelay *relay,
                                   YtopsRelayEvents *events, YtopsWebhooks *webhooks)
{
    YtopsRelayApi *api = g_new0(YtopsRelayApi, 1);

    api->relay = relay;
    api->players = relay_players_new();
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
        ytops_http_server_add_route(server, routes[i].method, routes[i].pattern, routes[i].access,
                                    routes[i].handler, api);
    connection_test_route_add(server, relay);
    webhook_routes_add(server, webhooks);
    api->event_routes = event_routes_add(server, events, loop);
    return api;
}

void ytops_relay_api_free(YtopsRelayApi *api)
{
    if (api == NULL)
        return;
    relay_players_free(api->players);
    event_routes_free(api->event_routes);
    g_free(api);
}
