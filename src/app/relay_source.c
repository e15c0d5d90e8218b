/*
 * A request for a token and its way back:
 *
 *     loop: get -> submit ... any thread: token_done -> [invoke] -> loop: deliver -> done
 *
 * The ticket belongs to both ends: the relay may cancel it, on the loop, while the token is made;
 * and the source may be gone when the token comes, with the loop that it would be delivered on.
 */
#include "relay_source.h"

#include "proxy_reports.h"
#include "ytops/json.h"

/* What tickets need of a source, for as long as there are any. */
typedef struct {
    GMutex lock;
    YtopsRelayLoop *loop; /* NULL: closed */
} Gate;

struct RelaySource {
    RelaySourceOptions options;
    ProxyReports *reports;
    Gate *gate;
};

typedef struct {
    Gate *gate;
    YtopsRelayMediaDone done; /* NULL: cancelled; touched on the loop only */
    gpointer data;
    YtopsRelayMedia *media;
    GError *error;
} Ticket;

static void gate_clear(gpointer data)
{
    g_mutex_clear(&((Gate *)data)->lock);
}

static void gate_unref(Gate *gate)
{
    g_atomic_rc_box_release_full(gate, gate_clear);
}

static void ticket_clear(gpointer data)
{
    Ticket *ticket = data;

    ytops_relay_media_free(ticket->media);
    g_clear_error(&ticket->error);
    gate_unref(ticket->gate);
}

static void ticket_unref(Ticket *ticket)
{
    g_atomic_rc_box_release_full(ticket, ticket_clear);
}

/* ---- a token comes --------------------------------------------------------------------------- */

/* On the loop. */
static void deliver(gpointer data)
{
    Ticket *ticket = data;

    if (ticket->done != NULL) {
        ticket->done(g_steal_pointer(&ticket->media), ticket->error, ticket->data);
        ticket_unref(ticket); /* the relay's own */
    }
    ticket_unref(ticket);
}

static YtopsRelayMedia *media_from_result(const YtopsTokenResult *result, GError **error)
{
    YtopsRelayMedia *media = ytops_relay_media_from_info(result->info_json, error);

    if (media == NULL)
        return NULL;
    media->proxy_url = g_strdup(result->proxy_url);
    media->job_id = g_strdup(result->job_id);
    media->expires_at = result->expires_at;
    return media;
}

/* On any thread. */
static void token_done(YtopsTokenResult *result, const GError *error, gpointer data)
{
    Ticket *ticket = data;
    Gate *gate = ticket->gate;
    gboolean is_open;

    if (result != NULL)
        ticket->media = media_from_result(result, &ticket->error);
    else
        ticket->error = g_error_copy(error);
    g_mutex_lock(&gate->lock);
    is_open = gate->loop != NULL;
    if (is_open)
        ytops_relay_loop_invoke(gate->loop, deliver, ticket);
    g_mutex_unlock(&gate->lock);
    if (!is_open)
        ticket_unref(ticket);
}

/* ---- what the relay calls, on the loop ------------------------------------------------------- */

/* The wishes of a page as requestParamsJson. */
static char *write_params(const YtopsRelayPage *page)
{
    g_autoptr(YtopsJson) params = ytops_json_object_new();

    ytops_json_set_string(params, "format",
                          page->format != NULL ? page->format : YTOPS_RELAY_FORMAT);
    if (page->is_renewal)
        ytops_json_set_bool(params, "no_cache", TRUE);
    return ytops_json_to_string(params);
}

static YtopsTokenAsk *make_ask(const RelaySource *self, const YtopsRelayPage *page, GError **error)
{
    g_autofree char *params = write_params(page);
    YtopsTokenFields fields = {
        .url = page->url,
        .account_id = page->account_id,
        .proxy_url = page->proxy_url,
        .request_params_json = params,
        .caller_id = "relay",
        .penalize = TRUE,
    };

    return ytops_token_ask_new(&fields, self->options.timeout_s, error);
}

/* Whether a request with these of the page's members can be made. */
static gboolean check_field(const RelaySource *self, const YtopsRelayPage *page, const char *field,
                            GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(YtopsTokenAsk) ask = make_ask(self, page, &cause);

    if (ask != NULL)
        return TRUE;
    ytops_error_set_context(cause, "field", field);
    g_propagate_error(error, g_steal_pointer(&cause));
    return FALSE;
}

static gboolean check_account(const char *account_id, GError **error)
{
    g_autoptr(GError) cause = NULL;
    GError *refusal;

    if (ytops_account_id_check(account_id, &cause))
        return TRUE;
    refusal =
        g_error_new(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "account_id: %s", cause->message);
    ytops_error_set_context(refusal, "field", "account_id");
    g_propagate_error(error, refusal);
    return FALSE;
}

static gboolean check_proxy(const RelaySource *self, const char *proxy_url, GError **error)
{
    GError *refusal;

    if (proxy_url == NULL || ytops_proxy_manager_owns(self->options.proxies, proxy_url))
        return TRUE;
    refusal = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                                  "proxy_url is none of this server's own (--proxies), which a "
                                  "token is made through; leave it out to have one chosen");
    ytops_error_set_context(refusal, "field", "proxy_url");
    g_propagate_error(error, refusal);
    return FALSE;
}

static gboolean check(const YtopsRelayPage *page, GError **error, gpointer data)
{
    const RelaySource *self = data;
    YtopsRelayPage bare = {.url = page->url, .account_id = page->account_id};
    YtopsRelayPage with_format = bare;

    with_format.format = page->format;
    return check_account(page->account_id, error) && check_field(self, &bare, "url", error) &&
           check_field(self, &with_format, "format", error) &&
           check_proxy(self, page->proxy_url, error);
}

/* A ticket that nobody has submitted is delivered as an error, in a later turn of the loop. */
static gpointer get(const YtopsRelayPage *page, YtopsRelayMediaDone done, gpointer done_data,
                    gpointer data)
{
    RelaySource *self = data;
    Ticket *ticket = g_atomic_rc_box_new0(Ticket);
    YtopsTokenAsk *ask;

    ticket->gate = g_atomic_rc_box_acquire(self->gate);
    ticket->done = done;
    ticket->data = done_data;
    g_atomic_rc_box_acquire(ticket);
    ask = make_ask(self, page, &ticket->error);
    if (ask != NULL)
        ytops_token_service_submit(self->options.tokens, ask, token_done, ticket);
    else
        ytops_relay_loop_invoke(self->options.loop, deliver, ticket);
    return ticket;
}

static void cancel(gpointer handle)
{
    Ticket *ticket = handle;

    ticket->done = NULL;
    ticket_unref(ticket);
}

static void report(const YtopsRelayProxyUse *use, gpointer data)
{
    RelaySource *self = data;

    proxy_reports_add(self->reports, use);
}

/* ---- made and freed -------------------------------------------------------------------------- */

static void install(gpointer data)
{
    static const YtopsRelaySource calls = {check, get, cancel, report};
    RelaySource *self = data;

    ytops_relay_set_source(self->options.relay, &calls, self);
}

static void uninstall(gpointer data)
{
    RelaySource *self = data;

    ytops_relay_set_source(self->options.relay, NULL, NULL);
}

RelaySource *relay_source_new(const RelaySourceOptions *options)
{
    RelaySource *self = g_new0(RelaySource, 1);

    self->options = *options;
    self->reports = proxy_reports_new(options->tokens, options->proxies, options->policy);
    self->gate = g_atomic_rc_box_new0(Gate);
    g_mutex_init(&self->gate->lock);
    self->gate->loop = options->loop;
    ytops_relay_loop_call(options->loop, install, self);
    return self;
}

void relay_source_free(RelaySource *self)
{
    if (self == NULL)
        return;
    ytops_relay_loop_call(self->options.loop, uninstall, self);
    g_mutex_lock(&self->gate->lock);
    self->gate->loop = NULL;
    g_mutex_unlock(&self->gate->lock);
    proxy_reports_free(self->reports);
    gate_unref(self->gate);
    g_free(self);
}
