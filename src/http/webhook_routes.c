#include "webhook_routes.h"

#include "route_reply.h"
#include "stream_spec.h"

static void list(YtopsHttpExchange *exchange, gpointer data)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_take(json, "webhooks", ytops_webhooks_to_json(data));
    route_reply_take(exchange, 200, json);
}

/* The names of `events`, borrowed from the body; NULL after an error. */
static GPtrArray *read_types(const YtopsJson *body, GError **error)
{
    YtopsJson *events = ytops_json_get(body, "events");
    g_autoptr(GPtrArray) types = g_ptr_array_new();
    gboolean is_list = events == NULL || ytops_json_get_type(events) == YTOPS_JSON_NULL ||
                       ytops_json_get_type(events) == YTOPS_JSON_ARRAY;

    for (guint i = 0; is_list && i < ytops_json_length(events); i++) {
        const char *name = ytops_json_string(ytops_json_at(events, i));

        is_list = name != NULL;
        g_ptr_array_add(types, (gpointer)name);
    }
    if (!is_list) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                            "events is no list of event names; leave it out for all events");
        ytops_error_set_context(error != NULL ? *error : NULL, "field", "events");
        return NULL;
    }
    g_ptr_array_add(types, NULL);
    return g_steal_pointer(&types);
}

static void add(YtopsHttpExchange *exchange, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsJson) body =
        stream_spec_parse_object(ytops_http_exchange_get_body(exchange), &error);
    const char *url = body != NULL ? stream_spec_required(body, "url", &error) : NULL;
    g_autoptr(GPtrArray) types = url != NULL ? read_types(body, &error) : NULL;
    const char *id = NULL;
    YtopsJson *json;

    if (types != NULL)
        id = ytops_webhooks_add(data, url, (const char *const *)types->pdata, &error);
    if (id == NULL) {
        route_reply_refuse(exchange, error);
        return;
    }
    json = ytops_json_object_new();
    ytops_json_set_string(json, "message", "Webhook added");
    ytops_json_set_string(json, "webhook_id", id);
    route_reply_take(exchange, 201, json);
}

static void remove_named(YtopsHttpExchange *exchange, gpointer data, const char *id_or_url)
{
    g_autoptr(GError) error = NULL;
    YtopsJson *json;

    if (!ytops_webhooks_remove(data, id_or_url)) {
        error = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                                    "there is no such webhook; GET /webhooks lists those that are");
        ytops_http_exchange_respond_error(exchange, 404, error, "webhook_id");
        return;
    }
    json = ytops_json_object_new();
    ytops_json_set_string(json, "message", "Webhook removed");
    route_reply_take(exchange, 200, json);
}

static void remove_by_id(YtopsHttpExchange *exchange, gpointer data)
{
    remove_named(exchange, data, ytops_http_exchange_get_param(exchange, "id"));
}

static void remove_by_url(YtopsHttpExchange *exchange, gpointer data)
{
    const char *url = ytops_http_exchange_get_query(exchange, "webhook_url");
    g_autoptr(GError) error = NULL;

    if (url != NULL && *url != '\0') {
        remove_named(exchange, data, url);
        return;
    }
    error = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                                "webhook_url is missing; give ?webhook_url=URL, or DELETE "
                                "/webhooks/ID");
    ytops_http_exchange_respond_error(exchange, 400, error, "webhook_url");
}

void webhook_routes_add(YtopsHttpServer *server, YtopsWebhooks *webhooks)
{
    ytops_http_server_add_route(server, "GET", "/webhooks", YTOPS_HTTP_GUARDED, list, webhooks);
    ytops_http_server_add_route(server, "POST", "/webhooks", YTOPS_HTTP_GUARDED, add, webhooks);
    ytops_http_server_add_route(server, "DELETE", "/webhooks", YTOPS_HTTP_GUARDED, remove_by_url,
                                webhooks);
    ytops_http_server_add_route(server, "DELETE", "/webhooks/{id}", YTOPS_HTTP_GUARDED,
                                remove_by_id, webhooks);
}
