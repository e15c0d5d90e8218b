#include "connection_test_route.h"

#include "route_reply.h"
#include "stream_spec.h"
#include "ytops/log.h"

/* The test ends in its own time, the exchange in its own. */
typedef struct {
    YtopsHttpExchange *exchange; /* NULL: the client went */
} Question;

static void set_redacted(YtopsJson *json, const char *key, const char *text)
{
    g_autofree char *shown = text != NULL ? ytops_redact(text) : NULL;

    ytops_json_set_string(json, key, shown);
}

static void on_tested(const YtopsRelayTest *test, gpointer data)
{
    Question *question = data;
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_bool(json, "success", test->success);
    ytops_json_set_int(json, "status_code", test->status);
    set_redacted(json, "effective_url", test->effective_url);
    ytops_json_set_string(json, "content_type", test->content_type);
    ytops_json_set_int(json, "content_length", test->content_length);
    ytops_json_set_int(json, "duration_ms", test->duration_ms);
    set_redacted(json, "error", test->message);
    if (question->exchange != NULL)
        ytops_http_exchange_respond_json(question->exchange, 200, json);
    ytops_json_unref(json);
    g_free(question);
}

static void on_close(G_GNUC_UNUSED YtopsHttpExchange *exchange, gpointer data)
{
    Question *question = data;

    question->exchange = NULL;
}

static void test_connection(YtopsHttpExchange *exchange, gpointer data)
{
    static const YtopsHttpEvents events = {.on_close = on_close};
    YtopsRelay *relay = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(StreamSpec) spec = stream_spec_parse(ytops_http_exchange_get_body(exchange),
                                                   ytops_relay_get_settings(relay), &error);
    Question *question = g_new0(Question, 1);

    question->exchange = exchange;
    if (spec != NULL && ytops_relay_test(relay, &spec->spec, on_tested, question, &error)) {
        ytops_http_exchange_set_events(exchange, &events, question);
        return;
    }
    g_free(question);
    route_reply_refuse(exchange, error);
}

void connection_test_route_add(YtopsHttpServer *server, YtopsRelay *relay)
{
    ytops_http_server_add_route(server, "POST", "/test-connection", YTOPS_HTTP_GUARDED,
                                test_connection, relay);
}
