#include "attempt_private.h"
#include "hls_address.h"
#include "hls_playlist.h"
#include "relay_metrics.h"
#include "relay_words.h"
#include "stream_proxy.h"
#include "stream_token.h"
#include "upstream_code.h"
#include "ytops/log.h"

gint64 attempt_now_ms(void)
{
    return g_get_monotonic_time() / 1000;
}

void attempt_set_state(Attempt *self, YtopsRelayState state)
{
    self->state = state;
    relay_stream_refresh_state(self->stream);
}

/* ---- made and freed -------------------------------------------------------------------------- */

static guint present_generation(const Attempt *self)
{
    const StreamToken *token = self->stream->token;

    return token != NULL ? stream_token_get_generation(token) : 0;
}

gboolean attempt_is_outdated(const Attempt *self)
{
    return self->generation != present_generation(self);
}

/* What the resource is called now: an earlier token's playlist may have named it. */
static char *find_resource(const Attempt *self)
{
    const StreamToken *token = self->stream->token;
    char *moved = NULL;

    if (self->resource == NULL)
        return NULL;
    if (token != NULL &&
        !hls_address_is_below(self->resource, (const char *const *)self->stream->urls))
        moved = stream_token_move(token, self->resource);
    return moved != NULL ? moved : g_strdup(self->resource);
}

static void load_urls(Attempt *self)
{
    YtopsRelayStream *stream = self->stream;
    const char *const *of_stream = (const char *const *)stream->urls;
    g_autofree char *resource = find_resource(self);

    g_strfreev(self->urls);
    self->is_own = resource == NULL;
    self->is_fixed = resource != NULL && !hls_address_is_below(resource, of_stream);
    self->urls = self->query == NULL && self->is_own
                     ? g_strdupv(stream->urls)
                     : hls_address_list(resource, of_stream, self->query);
    self->has_directives =
        self->is_own && !g_strv_equal((const char *const *)self->urls, of_stream);
    self->generation = present_generation(self);
    self->progress.n_urls = g_strv_length(self->urls);
    self->progress.url_index = resource != NULL
                                   ? hls_address_find(resource, of_stream, stream->url_index)
                                   : stream->url_index;
    self->progress.url_index = MIN(self->progress.url_index, self->progress.n_urls - 1);
}

Attempt *attempt_new(YtopsRelayStream *stream, const char *client_id, const AttemptEvents *events,
                     gpointer data)
{
    Attempt *self = g_rc_box_new0(Attempt);

    self->stream = relay_stream_ref(stream);
    self->client_id = g_strdup(client_id);
    self->events = events;
    self->data = data;
    relay_progress_init(&self->progress, 1);
    load_urls(self);
    self->timer = relay_timer_new(stream->relay->loop, attempt_connect, self);
    relay_stream_add_attempt(stream, self);
    return self;
}

void attempt_set_resource(Attempt *self, const char *resource, const char *query)
{
    self->resource = g_strdup(resource);
    self->query = g_strdup(query);
    load_urls(self);
}

void attempt_set_part(Attempt *self)
{
    self->is_part = TRUE;
}

static void attempt_clear(gpointer data)
{
    Attempt *self = data;

    g_free(self->client_id);
    g_free(self->resource);
    g_free(self->query);
    g_strfreev(self->urls);
    g_free(self->effective_url);
    relay_stream_unref(self->stream);
}

static void attempt_unref(Attempt *self)
{
    g_rc_box_release_full(self, attempt_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempt, attempt_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AttemptFetch, g_rc_box_release)

gpointer attempt_copy(gconstpointer attempt, gpointer unused G_GNUC_UNUSED)
{
    return g_rc_box_acquire((gpointer)attempt);
}

void attempt_uncopy(gpointer attempt)
{
    attempt_unref(attempt);
}

void attempt_drop_fetch(Attempt *self)
{
    g_autoptr(AttemptFetch) fetch = g_steal_pointer(&self->fetch);

    if (fetch == NULL)
        return;
    fetch->attempt = NULL;
    if (fetch->fetch != NULL)
        upstream_fetch_cancel(fetch->fetch);
}

void attempt_close(Attempt *self)
{
    if (self == NULL || self->is_closed)
        return;
    self->is_closed = TRUE;
    attempt_leave_token(self);
    attempt_drop_fetch(self);
    relay_timer_free(g_steal_pointer(&self->timer));
    relay_stream_remove_attempt(self->stream, self);
    attempt_unref(self);
}

void attempt_set_events(Attempt *self, const AttemptEvents *events, gpointer data)
{
    self->events = events;
    self->data = data;
    if (self->fetch != NULL && self->fetch->fetch != NULL)
        upstream_fetch_set_chunk_timeout(self->fetch->fetch, attempt_chunk_timeout(self));
}

YtopsRelayState attempt_get_state(const Attempt *self)
{
    return self->state;
}

const char *attempt_get_url(const Attempt *self)
{
    return self->urls[self->progress.url_index];
}

void attempt_pause(Attempt *self)
{
    if (self->fetch != NULL && self->fetch->fetch != NULL)
        upstream_fetch_pause(self->fetch->fetch);
}

void attempt_resume(Attempt *self)
{
    if (self->fetch != NULL && self->fetch->fetch != NULL)
        upstream_fetch_resume(self->fetch->fetch);
}

/* ---- one fetch ------------------------------------------------------------------------------- */

char **attempt_sticky_slot(Attempt *self)
{
    if (!self->is_own || attempt_is_outdated(self))
        return NULL;
    return &self->stream->sticky_urls[self->progress.url_index];
}

static void note_recovery(Attempt *self, gint retries)
{
    g_autofree char *words = NULL;

    /* Every first connection succeeds after 0 retries: that is worth a line after a failover only. */
    if (retries < 0 || (retries == 0 && self->progress.failover_count == 0))
        return;
    words = relay_words_recovered(retries);
    ytops_log_info("relay", words, "stream_id", self->stream->id, "client_id", self->client_id,
                   NULL);
}

static void note_stable(Attempt *self)
{
    YtopsRelayStream *stream = self->stream;

    if (stream->token != NULL && !attempt_is_outdated(self) &&
        attempt_now_ms() - self->progress.flowing_since_ms >= stream->settings.stable_after_ms)
        stream_token_note_stable(stream->token);
}

void attempt_note_flow(Attempt *self)
{
    YtopsRelayStream *stream = self->stream;

    note_recovery(self, relay_progress_data(&self->progress, &stream->settings, attempt_now_ms()));
    stream->retry_count = 0;
    note_stable(self);
    if (self->state == YTOPS_RELAY_STREAMING)
        return;
    /* A redirect may have taken the directives along, which are of one request. */
    if (self->effective_url != NULL && !self->has_directives && attempt_sticky_slot(self) != NULL) {
        g_free(*attempt_sticky_slot(self));
        *attempt_sticky_slot(self) = g_steal_pointer(&self->effective_url);
    }
    if (!attempt_is_outdated(self))
        stream_proxy_note_success(stream);
    attempt_set_state(self, YTOPS_RELAY_STREAMING);
}

/* The attempt a fetch still reports to, with a reference; NULL: it was given up. */
static Attempt *fetch_owner(AttemptFetch *fetch)
{
    return fetch->attempt != NULL ? g_rc_box_acquire(fetch->attempt) : NULL;
}

static void note_head(Attempt *self, const UpstreamHead *head, const char *asked)
{
    self->retry_after_ms = head->retry_after_ms;
    g_clear_pointer(&self->effective_url, g_free);
    if (self->stream->settings.sticky_session && head->status < 400 &&
        head->effective_url != NULL && g_strcmp0(head->effective_url, asked) != 0)
        self->effective_url = g_strdup(head->effective_url);
}

static void fetch_head(const UpstreamHead *head, gpointer data)
{
    g_autoptr(AttemptFetch) fetch = g_rc_box_acquire(data);
    g_autoptr(Attempt) self = fetch_owner(fetch);
    const AttemptEvents *events;
    const char *why = NULL;

    if (self == NULL)
        return;
    events = self->events;
    note_head(self, head, attempt_get_url(self));
    if (head->status >= 400 &&
        (events->takes_status == NULL || !events->takes_status(head->status, self->data))) {
        AttemptError failure = {.error = RELAY_ERROR_STATUS,
                                .status = head->status,
                                .code = upstream_code_of_status(head->status)};

        attempt_fail(self, &failure);
        return;
    }
    if (!events->on_head(head, &why, self->data) && fetch->attempt != NULL)
        attempt_refuse(self, why);
}

static void fetch_data(GBytes *piece, gpointer data)
{
    g_autoptr(AttemptFetch) fetch = g_rc_box_acquire(data);
    g_autoptr(Attempt) self = fetch_owner(fetch);

    if (self == NULL)
        return;
    self->stream->bytes_from_upstream += g_bytes_get_size(piece);
    relay_metrics_count_from_upstream(self->stream, g_bytes_get_size(piece));
    self->events->on_data(piece, self->data);
}

static void fetch_done(const UpstreamEnd *end, gpointer data)
{
    g_autoptr(AttemptFetch) fetch = data;
    g_autoptr(Attempt) self = fetch_owner(fetch);
    AttemptError failure = {.error = end->error,
                            .status = end->status,
                            .message = end->message,
                            .code = end->ok ? YTOPS_ERROR_INTERNAL : end->code};

    fetch->fetch = NULL;
    if (self == NULL)
        return;
    if (end->ok && self->events->is_live) {
        failure.error = RELAY_ERROR_CLEAN_END;
        failure.message = "the upstream ended a live stream";
    } else if (end->ok) {
        failure.error = RELAY_ERROR_BROKEN;
        failure.message = "the upstream sent less than was asked for";
        if (self->events->on_complete(&failure.message, self->data) || fetch->attempt == NULL)
            return;
    }
    attempt_fail(self, &failure);
}

gint64 attempt_chunk_timeout(const Attempt *self)
{
    const YtopsRelaySettings *settings = &self->stream->settings;

    return self->events->is_live ? settings->live_chunk_timeout_ms : settings->vod_chunk_timeout_ms;
}

void attempt_leave_token(Attempt *self)
{
    if (self->is_waiting && self->stream->token != NULL)
        stream_token_leave(self->stream->token, self);
    self->is_waiting = FALSE;
}

/* NULL: there is none. */
static char *make_sticky_url(Attempt *self)
{
    char **slot = attempt_sticky_slot(self);

    return slot != NULL && *slot != NULL ? hls_playlist_add_directives(*slot, self->query) : NULL;
}

static void fetch_begin(Attempt *self)
{
    static const UpstreamEvents events = {fetch_head, fetch_data, fetch_done};
    YtopsRelayStream *stream = self->stream;
    g_autofree char *sticky = make_sticky_url(self);
    g_autofree char *proxy_url = stream_proxy_make_url(stream);
    AttemptFetch *fetch = g_rc_box_new0(AttemptFetch);
    UpstreamRequest request = {
        .url = sticky != NULL ? sticky : attempt_get_url(self),
        .user_agent = stream->user_agent,
        .headers = stream->headers,
        .cookies = stream->cookies,
        .proxy_url = proxy_url,
        .chunk_timeout_ms = attempt_chunk_timeout(self),
        .allow_private = stream->settings.allow_private,
    };

    self->on_sticky = sticky != NULL;
    self->retry_after_ms = 0;
    if (self->events->prepare != NULL)
        self->events->prepare(&request, self->data);
    relay_progress_attempt(&self->progress, attempt_now_ms());
    fetch->attempt = self;
    self->fetch = g_rc_box_acquire(fetch);
    fetch->fetch = upstream_fetch(stream->relay->upstream, &request, &events, fetch);
    attempt_set_state(self, YTOPS_RELAY_CONNECTING);
}

void attempt_connect(gpointer data)
{
    Attempt *self = data;
    StreamToken *token = self->stream->token;

    self->is_waiting = token != NULL && stream_token_hold(token, self);
    if (self->is_waiting) {
        attempt_set_state(self, YTOPS_RELAY_CONNECTING);
        return;
    }
    if (attempt_is_outdated(self))
        load_urls(self);
    fetch_begin(self);
}

void attempt_start(Attempt *self)
{
    /* Where a redirect led may be where the trouble is: a stream that failed begins anew. */
    if (self->stream->state == YTOPS_RELAY_FAILED && attempt_sticky_slot(self) != NULL)
        g_clear_pointer(attempt_sticky_slot(self), g_free);
    attempt_connect(self);
}
