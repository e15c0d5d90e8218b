#include "relay_handler.h"

#include "argument.h"
#include "handler.h"
#include "stream_snapshot.h"

typedef struct {
    YtopsRelayServiceHandler parent;
} RelayHandler;

typedef struct {
    YtopsRelayServiceHandlerClass parent;
} RelayHandlerClass;

static GType relay_handler_get_type(void);
G_DEFINE_TYPE(RelayHandler, relay_handler, YTOPS_TYPE_RELAY_SERVICE_HANDLER)

/* What one call wants from the relay's thread, and what it got there. */
typedef struct {
    YtopsRelay *relay;
    YtopsRelaySpec *spec;     /* createStream */
    const gboolean *sticky;   /* createStream; NULL: as the relay's own settings say */
    const char *stream_id;    /* the calls about one stream */
    StreamSnapshot *snapshot; /* of the stream; NULL with `error` */
    GPtrArray *snapshots;     /* listStreams */
    GError *error;
} RelayOrder;

static gboolean carry_out(const RpcState *state, YtopsRelayLoopFunc func, RelayOrder *order,
                          GError **error)
{
    order->relay = state->services.relay;
    ytops_relay_loop_call(state->services.relay_loop, func, order);
    if (order->error == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&order->error));
    return FALSE;
}

/* ---- on the relay's thread ---------------------------------------------------------------- */

static YtopsRelayStream *find_stream(RelayOrder *order)
{
    YtopsRelayStream *stream = ytops_relay_find(order->relay, order->stream_id);
    if (stream == NULL) {
        order->error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                                   "there is no stream '%.64s': list the streams to see which are",
                                   order->stream_id);
        ytops_error_set_context(order->error, "field", "streamId");
    }
    return stream;
}

static void create_on_loop(gpointer data)
{
    RelayOrder *order = data;
    YtopsRelaySettings settings = *ytops_relay_get_settings(order->relay);
    if (order->sticky != NULL) {
        settings.sticky_session = *order->sticky;
        order->spec->settings = &settings;
    }
    YtopsRelayStream *stream = ytops_relay_create(order->relay, order->spec, &order->error);
    order->spec->settings = NULL;
    if (stream != NULL)
        order->snapshot = stream_snapshot_new(stream);
}

static void get_on_loop(gpointer data)
{
    RelayOrder *order = data;
    YtopsRelayStream *stream = find_stream(order);
    if (stream != NULL)
        order->snapshot = stream_snapshot_new(stream);
}

static void list_on_loop(gpointer data)
{
    RelayOrder *order = data;
    GPtrArray *streams = ytops_relay_list(order->relay);
    for (guint i = 0; i < streams->len; i++)
        g_ptr_array_add(order->snapshots, stream_snapshot_new(g_ptr_array_index(streams, i)));
}

static void failover_on_loop(gpointer data)
{
    RelayOrder *order = data;
    YtopsRelayStream *stream = find_stream(order);
    if (stream != NULL && ytops_relay_stream_failover(stream, &order->error))
        order->snapshot = stream_snapshot_new(stream);
}

static void delete_on_loop(gpointer data)
{
    RelayOrder *order = data;
    YtopsRelayStream *stream = find_stream(order);
    if (stream != NULL)
        ytops_relay_delete(order->relay, stream);
}

/* ---- a specification --------------------------------------------------------------------- */

/* The relay's names of fields are those of the HTTP API: failover_urls is failoverUrls here. */
static char *contract_name(const char *field)
{
    GString *name = g_string_new(NULL);
    for (const char *p = field; *p != '\0'; p++) {
        if (*p == '_' && p[1] != '\0')
            g_string_append_c(name, g_ascii_toupper(*++p));
        else
            g_string_append_c(name, *p);
    }
    return g_string_free(name, FALSE);
}

static void name_field(GError *error)
{
    const char *field = ytops_error_get_context(error, "field");
    if (field == NULL)
        return;
    g_autofree char *name = contract_name(field);
    g_autofree char *message = g_strdup_printf("spec.%s: %s", name, error->message);
    ytops_error_set_context(error, "field", name);
    g_free(error->message);
    error->message = g_steal_pointer(&message);
}

/* `ok`; where it is not, the error tells the field. */
static gboolean about(const char *field, gboolean ok, GError **error)
{
    if (!ok && error != NULL)
        ytops_error_set_context(*error, "field", field);
    return ok;
}

static gboolean check_texts(GHashTable *texts, const char *name, GError **error)
{
    GHashTableIter iterator;
    gpointer key, value;
    if (texts == NULL)
        return TRUE;
    g_hash_table_iter_init(&iterator, texts);
    while (g_hash_table_iter_next(&iterator, &key, &value)) {
        const char *key_text = key;
        const char *value_text = value;
        if (!argument_text(&key_text, name, error) || !argument_text(&value_text, name, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_kind(YtopsStreamKind wire, YtopsRelayKind *kind, GError **error)
{
    switch (wire) {
    case YTOPS_STREAM_KIND_AUTO:
        *kind = YTOPS_RELAY_AUTO;
        return TRUE;
    case YTOPS_STREAM_KIND_LIVE:
        *kind = YTOPS_RELAY_LIVE;
        return TRUE;
    case YTOPS_STREAM_KIND_VOD:
        *kind = YTOPS_RELAY_VOD;
        return TRUE;
    case YTOPS_STREAM_KIND_HLS:
        *kind = YTOPS_RELAY_HLS;
        return TRUE;
    }
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "spec.kind is %d: allowed are AUTO (0), LIVE (1), VOD (2) and HLS (3)", (int)wire);
    return FALSE;
}

/* *failover_urls is what spec->failover_urls borrows from; free with g_free. */
static gboolean read_spec(const YtopsStreamSpec *wire, YtopsRelaySpec *spec,
                          const char ***failover_urls, GError **error)
{
    if (wire == NULL) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                            "spec is missing: createStream takes one StreamSpec");
        return about("spec", FALSE, error);
    }
    *spec = (YtopsRelaySpec){
        .url = wire->url,
        .account_id = wire->accountId,
        .format = wire->format,
        .user_agent = wire->userAgent,
        .headers = wire->headers,
        .metadata = wire->metadata,
        .proxy_url = wire->proxyUrl,
    };
    *failover_urls = argument_texts(wire->failoverUrls, "spec.failoverUrls", error);
    spec->failover_urls = *failover_urls;
    return about("failoverUrls", spec->failover_urls != NULL, error) &&
           about("url", argument_required_text(&spec->url, "spec.url", error), error) &&
           about("accountId", argument_text(&spec->account_id, "spec.accountId", error), error) &&
           about("format", argument_text(&spec->format, "spec.format", error), error) &&
           about("userAgent", argument_text(&spec->user_agent, "spec.userAgent", error), error) &&
           about("headers", check_texts(spec->headers, "spec.headers", error), error) &&
           about("metadata", check_texts(spec->metadata, "spec.metadata", error), error) &&
           about("proxyUrl", argument_text(&spec->proxy_url, "spec.proxyUrl", error), error) &&
           about("kind", read_kind(wire->kind, &spec->kind, error), error);
}

/* ---- the methods: check the arguments, carry out, answer ---------------------------------- */

static void answer(RelayOrder *order, YtopsStreamStatus **status)
{
    g_autoptr(StreamSnapshot) snapshot = g_steal_pointer(&order->snapshot);
    YtopsStreamStatus *result = stream_snapshot_to_status(snapshot);
    g_set_object(status, result);
    g_object_unref(result);
}

static gboolean create(const RpcState *state, const YtopsStreamSpec *wire,
                       YtopsStreamStatus **status, GError **error)
{
    YtopsRelaySpec spec;
    g_autofree const char **failover_urls = NULL;
    if (!read_spec(wire, &spec, &failover_urls, error))
        return FALSE;
    RelayOrder order = {.spec = &spec,
                        .sticky = wire->__isset_stickySession ? &wire->stickySession : NULL};
    g_autoptr(GError) problem = NULL;
    if (carry_out(state, create_on_loop, &order, &problem)) {
        answer(&order, status);
        return TRUE;
    }
    name_field(problem);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

/* A call about one stream. `status` NULL: it answers nothing. */
static gboolean run_one(gpointer iface, YtopsRelayLoopFunc func, const char *stream_id,
                        YtopsStreamStatus **status, YtopsServiceException **fault,
                        YtopsUserException **refusal)
{
    g_autoptr(GError) problem = NULL;
    RelayOrder order = {.stream_id = stream_id};
    gboolean ok = about("streamId", argument_required_text(&order.stream_id, "streamId", &problem),
                        &problem) &&
                  carry_out(handler_get_state(iface), func, &order, &problem);
    if (ok && status != NULL)
        answer(&order, status);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean create_stream(YtopsRelayServiceIf *iface, YtopsStreamStatus **status,
                              const YtopsStreamSpec *spec, YtopsServiceException **fault,
                              YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = create(handler_get_state(iface), spec, status, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean get_stream(YtopsRelayServiceIf *iface, YtopsStreamStatus **status,
                           const gchar *stream_id, YtopsServiceException **fault,
                           YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    return run_one(iface, get_on_loop, stream_id, status, fault, refusal);
}

static gboolean list_streams(YtopsRelayServiceIf *iface, GPtrArray **statuses,
                             YtopsServiceException **fault, YtopsUserException **refusal,
                             GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) snapshots =
        g_ptr_array_new_with_free_func((GDestroyNotify)stream_snapshot_free);
    RelayOrder order = {.snapshots = snapshots};
    gboolean ok = carry_out(handler_get_state(iface), list_on_loop, &order, &problem);
    for (guint i = 0; i < snapshots->len; i++)
        g_ptr_array_add(*statuses, stream_snapshot_to_status(g_ptr_array_index(snapshots, i)));
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean failover_stream(YtopsRelayServiceIf *iface, YtopsStreamStatus **status,
                                const gchar *stream_id, YtopsServiceException **fault,
                                YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    return run_one(iface, failover_on_loop, stream_id, status, fault, refusal);
}

static gboolean delete_stream(YtopsRelayServiceIf *iface, const gchar *stream_id,
                              YtopsServiceException **fault, YtopsUserException **refusal,
                              GError **error G_GNUC_UNUSED)
{
    return run_one(iface, delete_on_loop, stream_id, NULL, fault, refusal);
}

static void relay_handler_class_init(RelayHandlerClass *cls)
{
    YtopsRelayServiceHandlerClass *service = YTOPS_RELAY_SERVICE_HANDLER_CLASS(cls);
    handler_fill_base(YTOPS_BASE_SERVICE_HANDLER_CLASS(cls));
    service->create_stream = create_stream;
    service->get_stream = get_stream;
    service->list_streams = list_streams;
    service->failover_stream = failover_stream;
    service->delete_stream = delete_stream;
}

static void relay_handler_init(RelayHandler *self G_GNUC_UNUSED)
{
}

YtopsRelayServiceHandler *relay_handler_new(RpcState *state)
{
    RelayHandler *handler = g_object_new(relay_handler_get_type(), NULL);
    handler_set_state(handler, state);
    return &handler->parent;
}
