#include "stream_token.h"

#include "attempt_private.h"
#include "hls_address.h"
#include "token_budget.h"
#include "ytops/log.h"

/* URLs of earlier tokens, by which players may still ask for segments. */
#define FORMER_URLS 16

struct StreamToken {
    YtopsRelayStream *stream;
    char *page;
    char *account_id;
    char *format;
    char *proxy_url; /* asked for; NULL: the source chooses */
    char *job_id;    /* of the present token; NULL: there is none */
    gint64 expires_at;
    gboolean is_refused;
    guint generation; /* 0: no token yet */
    TokenBudget budget;
    GPtrArray *waiting; /* borrowed Attempt */
    RelayTimer *timer;  /* before asking */
    gboolean is_due;    /* the timer runs */
    gpointer request;   /* NULL: none in progress */
    void (*cancel)(gpointer request);
    GError *last_error;
    GPtrArray *former; /* URLs, the newest first */
};

static void timer_fired(gpointer data);

static char *given(const char *text)
{
    return text != NULL && *text != '\0' ? g_strdup(text) : NULL;
}

StreamToken *stream_token_new(YtopsRelayStream *stream, const YtopsRelaySpec *spec)
{
    StreamToken *self = g_new0(StreamToken, 1);

    self->stream = stream;
    self->page = g_strdup(spec->url);
    self->account_id = g_strdup(spec->account_id);
    self->format = given(spec->format);
    self->proxy_url = given(spec->proxy_url);
    self->waiting = g_ptr_array_new();
    self->former = g_ptr_array_new_with_free_func(g_free);
    self->timer = relay_timer_new(stream->relay->loop, timer_fired, self);
    return self;
}

void stream_token_free(StreamToken *self)
{
    if (self == NULL)
        return;
    if (self->request != NULL)
        self->cancel(self->request);
    relay_timer_free(self->timer);
    g_ptr_array_unref(self->waiting);
    g_ptr_array_unref(self->former);
    g_clear_error(&self->last_error);
    g_free(self->page);
    g_free(self->account_id);
    g_free(self->format);
    g_free(self->proxy_url);
    g_free(self->job_id);
    g_free(self);
}

gboolean stream_token_is_expired(const StreamToken *self)
{
    return self->expires_at > 0 && g_get_real_time() / G_USEC_PER_SEC >= self->expires_at;
}

static gboolean may_ask(StreamToken *self)
{
    return token_budget_may_ask(&self->budget, &self->stream->settings, attempt_now_ms());
}

/* ---- those that wait ------------------------------------------------------------------------- */

static void tell_waiting(StreamToken *self, const GError *error)
{
    g_autoptr(YtopsRelayStream) stream = relay_stream_ref(self->stream);
    g_autoptr(GPtrArray) waiting = g_ptr_array_copy(self->waiting, attempt_copy, NULL);
    /* What one of them does may end the stream, and its token with the error. */
    g_autoptr(GError) told = error != NULL ? g_error_copy(error) : NULL;

    g_ptr_array_set_free_func(waiting, attempt_uncopy);
    g_ptr_array_set_size(self->waiting, 0);
    for (guint i = 0; i < waiting->len; i++)
        attempt_token_came(waiting->pdata[i], told);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void begin_wait(StreamToken *self)
{
    self->is_due = TRUE;
    relay_timer_start(self->timer, token_budget_delay_ms(&self->budget, &self->stream->settings));
}

static void keep_former(StreamToken *self)
{
    for (guint i = self->stream->n_urls; self->generation > 0 && i > 0; i--)
        g_ptr_array_insert(self->former, 0, g_strdup(self->stream->urls[i - 1]));
    if (self->former->len > FORMER_URLS)
        g_ptr_array_set_size(self->former, FORMER_URLS);
}

static void take_media(StreamToken *self, YtopsRelayMedia *media)
{
    keep_former(self);
    g_clear_error(&self->last_error);
    self->generation++;
    self->is_refused = FALSE;
    self->expires_at = media->expires_at;
    g_free(self->job_id);
    self->job_id = g_steal_pointer(&media->job_id);
    ytops_log_info("relay", "the stream has a token", "stream_id", self->stream->id, "account_id",
                   self->account_id, "job_id", self->job_id, "proxy_url", media->proxy_url, NULL);
    relay_stream_take_media(self->stream, media);
}

/* What is the proxy's trouble: the next token is made through another one. */
static gboolean another_proxy_may_help(const GError *error)
{
    switch (ytops_error_get_code(error)) {
    case YTOPS_ERROR_SOCKS5_CONNECTION_FAILED:
    case YTOPS_ERROR_SOCKS5_AUTH_FAILED:
    case YTOPS_ERROR_SOCKS5_PROTOCOL:
    case YTOPS_ERROR_PROXY_DNS_FAILED:
    case YTOPS_ERROR_HTTP_PROXY_AUTH:
    case YTOPS_ERROR_HTTP_PROXY_FAILED:
    case YTOPS_ERROR_TARGET_UNREACHABLE:
    case YTOPS_ERROR_CONNECT_TIMEOUT:
    case YTOPS_ERROR_READ_TIMEOUT:
    case YTOPS_ERROR_CONNECTION_RESET:
    case YTOPS_ERROR_SSL_ERROR:
        return TRUE;
    default:
        return FALSE;
    }
}

static void take_error(StreamToken *self, const GError *error)
{
    g_clear_error(&self->last_error);
    self->last_error = g_error_copy(error);
    ytops_log_warning("relay", "no token could be made for the stream", "stream_id",
                      self->stream->id, "account_id", self->account_id, "code",
                      ytops_error_code_to_string(ytops_error_get_code(error)), "error",
                      error->message, NULL);
    if (self->proxy_url == NULL && another_proxy_may_help(error) && may_ask(self) &&
        self->waiting->len > 0)
        begin_wait(self);
    else
        tell_waiting(self, self->last_error);
}

static void media_came(YtopsRelayMedia *media, const GError *error, gpointer data)
{
    StreamToken *self = data;
    g_autoptr(YtopsRelayMedia) taken = media;

    self->request = NULL;
    token_budget_note_answer(&self->budget, attempt_now_ms());
    if (media == NULL) {
        take_error(self, error);
        return;
    }
    take_media(self, media);
    tell_waiting(self, NULL);
}

static void ask(StreamToken *self)
{
    YtopsRelay *relay = self->stream->relay;
    YtopsRelayPage page = {
        .url = self->page,
        .account_id = self->account_id,
        .format = self->format,
        .proxy_url = self->proxy_url,
        .is_renewal = self->generation > 0,
    };

    token_budget_note_asked(&self->budget, attempt_now_ms());
    if (relay->source.get == NULL) {
        g_autoptr(GError) error = g_error_new_literal(
            YTOPS_ERROR, YTOPS_ERROR_DRAINING, "the server is stopping and makes no more tokens");

        take_error(self, error);
        return;
    }
    self->cancel = relay->source.cancel;
    self->request = relay->source.get(&page, media_came, self, relay->source_data);
}

static void timer_fired(gpointer data)
{
    StreamToken *self = data;

    self->is_due = FALSE;
    if (may_ask(self))
        ask(self);
    else
        tell_waiting(self, self->last_error);
}

gboolean stream_token_hold(StreamToken *self, Attempt *attempt)
{
    gboolean has_media = self->generation > 0;
    gboolean is_fresh = has_media && !self->is_refused && !stream_token_is_expired(self);
    gboolean is_asking = self->request != NULL || self->is_due;

    if (is_fresh || (has_media && !is_asking && !may_ask(self)))
        return FALSE;
    g_ptr_array_add(self->waiting, attempt);
    if (!is_asking)
        begin_wait(self);
    return TRUE;
}

void stream_token_leave(StreamToken *self, Attempt *attempt)
{
    g_ptr_array_remove(self->waiting, attempt);
}

/* ---- what became of it ----------------------------------------------------------------------- */

guint stream_token_get_generation(const StreamToken *self)
{
    return self->generation;
}

gboolean stream_token_refuse(StreamToken *self, guint generation)
{
    if (generation != self->generation)
        return TRUE;
    self->is_refused = TRUE;
    return self->request != NULL || self->is_due || may_ask(self);
}

void stream_token_note_stable(StreamToken *self)
{
    token_budget_clear(&self->budget);
}

char *stream_token_move(const StreamToken *self, const char *url)
{
    for (guint i = 0; i < self->former->len; i++) {
        char *moved = hls_address_move(url, self->former->pdata[i], self->stream->urls[0]);

        if (moved != NULL)
            return moved;
    }
    return NULL;
}

const char *stream_token_get_page(const StreamToken *self)
{
    return self->page;
}

const char *stream_token_get_account(const StreamToken *self)
{
    return self->account_id;
}

const char *stream_token_get_format(const StreamToken *self)
{
    return self->format;
}

const char *stream_token_get_job(const StreamToken *self)
{
    return self->job_id;
}
