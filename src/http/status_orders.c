#include "status_orders.h"

#include <string.h>

#include "route_reply.h"

struct StatusOrders {
    YtopsRelayLoop *loop;
    YtopsStatus *status;
    GHashTable *waiting; /* id, in a pointer -> YtopsHttpExchange that waits for its result */
    guint last_id;
};

/* A result on its way from the status' thread to the loop's. */
typedef struct {
    StatusOrders *orders;
    guint id;
    GError *error; /* NULL: done */
} Result;

static const char *const action_names[YTOPS_STATUS_ACTION_N] = {
    [YTOPS_STATUS_BAN] = "ban",
    [YTOPS_STATUS_UNBAN] = "unban",
    [YTOPS_STATUS_RESET] = "reset",
};

/* ---- results ---------------------------------------------------------------------------------- */

static void answer(gpointer data)
{
    Result *result = data;
    gpointer key = GUINT_TO_POINTER(result->id);
    YtopsHttpExchange *exchange = g_hash_table_lookup(result->orders->waiting, key);
    if (exchange != NULL) {
        g_hash_table_remove(result->orders->waiting, key);
        if (result->error != NULL) {
            route_reply_refuse(exchange, result->error);
        } else {
            YtopsJson *json = ytops_json_object_new();
            ytops_json_set_bool(json, "done", TRUE);
            route_reply_take(exchange, 200, json);
        }
    }
    g_clear_error(&result->error);
    g_free(result);
}

static void on_done(const GError *error, gpointer data)
{
    Result *result = data;
    result->error = error != NULL ? g_error_copy(error) : NULL;
    ytops_relay_loop_invoke(result->orders->loop, answer, result);
}

static gboolean is_exchange(gpointer id G_GNUC_UNUSED, gpointer value, gpointer exchange)
{
    return value == exchange;
}

static void on_close(YtopsHttpExchange *exchange, gpointer data)
{
    StatusOrders *orders = data;
    g_hash_table_foreach_remove(orders->waiting, is_exchange, exchange);
}

/* ---- orders ----------------------------------------------------------------------------------- */

static gboolean refuse(GError **error, const char *field, const char *message)
{
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, message);
    ytops_error_set_context(*error, "field", field);
    return FALSE;
}

/* A form of another site cannot say that it sends JSON; a script of one is asked by the browser. */
static gboolean check_type(YtopsHttpExchange *exchange, GError **error)
{
    const char *type = ytops_http_exchange_get_header(exchange, "Content-Type");
    if (type != NULL && g_ascii_strncasecmp(type, "application/json", 16) == 0)
        return TRUE;
    return refuse(error, "Content-Type", "send the order as application/json");
}

static YtopsJson *parse_body(YtopsHttpExchange *exchange, GError **error)
{
    GBytes *body = ytops_http_exchange_get_body(exchange);
    gsize length;
    const char *text = g_bytes_get_data(body, &length);
    if (length == 0)
        return ytops_json_object_new();
    g_autoptr(YtopsJson) json = ytops_json_parse(text, (gssize)length, error);
    if (json != NULL && ytops_json_get_type(json) == YTOPS_JSON_OBJECT)
        return g_steal_pointer(&json);
    if (json != NULL)
        refuse(error, "body",
               "the order is no JSON object: send {\"reason\":...,\"duration_s\":...}");
    return NULL;
}

static gboolean read_member(const YtopsJson *body, const char *name, YtopsJsonType type,
                            const char *message, GError **error)
{
    const YtopsJson *value = ytops_json_get(body, name);
    if (value == NULL || ytops_json_get_type(value) == type ||
        ytops_json_get_type(value) == YTOPS_JSON_NULL)
        return TRUE;
    return refuse(error, name, message);
}

static gboolean read_order(YtopsHttpExchange *exchange, const YtopsJson *body,
                           YtopsStatusOrder *order, GError **error)
{
    const char *action = ytops_http_exchange_get_param(exchange, "action");
    int i = 0;
    while (i < YTOPS_STATUS_ACTION_N && !g_str_equal(action_names[i], action))
        i++;
    if (i == YTOPS_STATUS_ACTION_N)
        return refuse(error, "action",
                      "the action is none of ban, unban and reset: ask for one of them");
    order->action = (YtopsStatusAction)i;
    order->id = ytops_http_exchange_get_param(exchange, "id");
    if (!read_member(body, "reason", YTOPS_JSON_STRING,
                     "the reason is no text: send a JSON string, or leave it out", error) ||
        !read_member(
            body, "duration_s", YTOPS_JSON_INTEGER,
            "the duration is no whole number: send seconds, or leave it out for the usual time",
            error))
        return FALSE;
    order->reason = ytops_json_get_string(body, "reason");
    order->duration_s = ytops_json_get_int(body, "duration_s");
    return TRUE;
}

static void submit(StatusOrders *orders, YtopsHttpExchange *exchange, YtopsStatusOrder *order)
{
    static const YtopsHttpEvents exchange_events = {.on_close = on_close};
    Result *result = g_new0(Result, 1);
    g_autofree char *actor = g_strconcat("http:", ytops_http_exchange_get_peer(exchange), NULL);
    result->orders = orders;
    result->id = ++orders->last_id;
    order->actor = actor;
    g_hash_table_insert(orders->waiting, GUINT_TO_POINTER(result->id), exchange);
    ytops_http_exchange_set_events(exchange, &exchange_events, orders);
    ytops_status_order(orders->status, order, on_done, result);
}

static void take_order(StatusOrders *orders, YtopsHttpExchange *exchange, gboolean is_proxy)
{
    g_autoptr(GError) error = NULL;
    YtopsStatusOrder order = {.is_proxy = is_proxy};
    g_autoptr(YtopsJson) body = check_type(exchange, &error) ? parse_body(exchange, &error) : NULL;
    if (body != NULL && read_order(exchange, body, &order, &error))
        submit(orders, exchange, &order);
    else
        route_reply_refuse(exchange, error);
}

static void order_account(YtopsHttpExchange *exchange, gpointer data)
{
    take_order(data, exchange, FALSE);
}

static void order_proxy(YtopsHttpExchange *exchange, gpointer data)
{
    take_order(data, exchange, TRUE);
}

StatusOrders *status_orders_add(YtopsRelayLoop *loop, YtopsHttpServer *server, YtopsStatus *status)
{
    StatusOrders *orders = g_new0(StatusOrders, 1);
    orders->loop = loop;
    orders->status = status;
    orders->waiting = g_hash_table_new(NULL, NULL);
    ytops_http_server_add_route(server, "POST", "/api/accounts/{id}/{action}", YTOPS_HTTP_OWN_PAGES,
                                order_account, orders);
    ytops_http_server_add_route(server, "POST", "/api/proxies/{id}/{action}", YTOPS_HTTP_OWN_PAGES,
                                order_proxy, orders);
    return orders;
}

void status_orders_free(StatusOrders *orders)
{
    g_hash_table_unref(orders->waiting);
    g_free(orders);
}
