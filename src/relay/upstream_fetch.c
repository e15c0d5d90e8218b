/*
 * One request. The happy path: headers are noted until the final head, pieces are queued, the pump
 * tells head, pieces and end in this order. Failure modes: nothing comes for the chunk timeout; the
 * guard refuses an address; libcurl fails; the status is 400 or more, when the head is told and the
 * body is left; the listener cancels. All of them end in fetch_end.
 */
#include "upstream_code.h"
#include "upstream_guard.h"
#include "upstream_message.h"
#include "upstream_options.h"
#include "upstream_private.h"

/* Up to here pieces that come together are put together. */
#define SMALL_PIECE_BYTES 16384

/*
 * So much is held before it is told: libcurl reads on as long as its socket has something, and what
 * came cannot be paused any more.
 */
#define HELD_BYTES_LIMIT (256 * 1024)

static gint64 now_ms(void)
{
    /* Not uv_now: it stands still while a callback works, and would make the wait too short. */
    return g_get_monotonic_time() / 1000;
}

/* ---- what came ----------------------------------------------------------------------------- */

static void note_byte(UpstreamFetch *fetch)
{
    fetch->last_byte_ms = now_ms();
    fetch->timer_grace = FALSE;
}

static size_t on_header(char *line, size_t size, size_t count, void *data)
{
    UpstreamFetch *fetch = data;
    size_t length = size * count;
    HeadProgress progress = response_head_take_line(&fetch->head, line, length);
    const char *url = NULL;

    if (progress == HEAD_MORE)
        return length;
    note_byte(fetch);
    if (progress == HEAD_REDIRECT)
        return upstream_guard_redirect(fetch) ? length : 0;
    curl_easy_getinfo(fetch->easy, CURLINFO_EFFECTIVE_URL, &url);
    fetch->head.effective_url = g_strdup(url != NULL ? url : fetch->url);
    fetch->head.view.effective_url = fetch->head.effective_url;
    upstream_mark_ready(fetch->upstream, fetch);
    return length;
}

/* libcurl gives each chunk by itself: crumbs would cost far more to pass on than they hold. */
static void add_bytes(UpstreamFetch *fetch, const char *bytes, gsize length)
{
    GByteArray *piece = g_queue_peek_tail(&fetch->pieces);

    if (piece == NULL || piece->len + length > SMALL_PIECE_BYTES) {
        piece = g_byte_array_sized_new((guint)length);
        g_queue_push_tail(&fetch->pieces, piece);
    }
    g_byte_array_append(piece, (const guint8 *)bytes, (guint)length);
    fetch->held += length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
    UpstreamFetch *fetch = data;
    size_t length = size * count;

    if (fetch->paused)
        return CURL_WRITEFUNC_PAUSE;
    note_byte(fetch);
    fetch->is_full = fetch->held >= HELD_BYTES_LIMIT;
    if (fetch->is_full)
        return CURL_WRITEFUNC_PAUSE;
    if (fetch->head.status >= 400)
        return length;
    add_bytes(fetch, bytes, length);
    upstream_mark_ready(fetch->upstream, fetch);
    return length;
}

void fetch_complete(UpstreamFetch *fetch, CURLcode code)
{
    fetch->in_multi = FALSE;
    fetch->is_complete = TRUE;
    fetch->code = code;
    uv_timer_stop(&fetch->timer);
    upstream_mark_ready(fetch->upstream, fetch);
}

/* ---- the chunk timeout --------------------------------------------------------------------- */

static void on_chunk_timer(uv_timer_t *timer);

static void arm_chunk_timer(UpstreamFetch *fetch)
{
    gint64 due_ms = fetch->last_byte_ms + fetch->chunk_timeout_ms - now_ms();

    if (fetch->chunk_timeout_ms > 0 && !fetch->paused && !fetch->is_complete && !fetch->ended)
        uv_timer_start(&fetch->timer, on_chunk_timer, (guint64)MAX(due_ms, 1), 0);
}

static void on_chunk_timer(uv_timer_t *timer)
{
    UpstreamFetch *fetch = timer->data;
    gboolean is_due = now_ms() - fetch->last_byte_ms >= fetch->chunk_timeout_ms;

    if (!is_due || !fetch->timer_grace) {
        /* Timers run before sockets: after a long turn what has come may not be read yet. */
        fetch->timer_grace = is_due;
        arm_chunk_timer(fetch);
        return;
    }
    fetch->timed_out = TRUE;
    upstream_mark_ready(fetch->upstream, fetch);
}

/* ---- telling ------------------------------------------------------------------------------- */

static void leave_multi(UpstreamFetch *fetch)
{
    if (fetch->in_multi)
        curl_multi_remove_handle(fetch->upstream->multi, fetch->easy);
    fetch->in_multi = FALSE;
}

static void fetch_free(UpstreamFetch *fetch)
{
    Upstream *upstream = fetch->upstream;

    response_head_clear(&fetch->head);
    g_queue_clear_full(&fetch->pieces, (GDestroyNotify)g_byte_array_unref);
    g_clear_pointer(&fetch->body, g_bytes_unref);
    g_free(fetch->refusal);
    g_free(fetch->url);
    g_free(fetch);
    upstream_release(upstream);
}

static void on_timer_closed(uv_handle_t *handle)
{
    fetch_free(handle->data);
}

static gboolean is_failed_status(const UpstreamFetch *fetch)
{
    return fetch->head.is_final && fetch->head.status >= 400;
}

static void fetch_end(UpstreamFetch *fetch)
{
    g_autofree char *message = NULL;
    UpstreamEnd end = {.status = fetch->head.is_final ? fetch->head.status : 0,
                       .body_bytes = fetch->body_bytes};

    leave_multi(fetch);
    fetch->ended = TRUE;
    end.cancelled = fetch->cancelled;
    end.ok = !fetch->cancelled && !fetch->timed_out && fetch->code == CURLE_OK &&
             !is_failed_status(fetch);
    end.error = upstream_message_classify(fetch);
    message = upstream_message_make(fetch, end.error);
    end.message = message;
    end.code = upstream_code_of(fetch, end.error);
    fetch->events.on_done(&end, fetch->data);
    curl_easy_cleanup(g_steal_pointer(&fetch->easy));
    curl_slist_free_all(g_steal_pointer(&fetch->headers));
    upstream_forget(fetch->upstream, fetch);
    uv_close((uv_handle_t *)&fetch->timer, on_timer_closed);
}

static void tell_head(UpstreamFetch *fetch)
{
    if (!fetch->head.is_final || fetch->head_told || fetch->cancelled)
        return;
    fetch->head_told = TRUE;
    fetch->events.on_head(&fetch->head.view, fetch->data);
}

/* What libcurl was told to wait with. */
static void go_on(UpstreamFetch *fetch)
{
    if (!fetch->is_full || fetch->paused || fetch->cancelled || !fetch->in_multi)
        return;
    fetch->is_full = FALSE;
    curl_easy_pause(fetch->easy, CURLPAUSE_CONT);
}

static void tell_pieces(UpstreamFetch *fetch)
{
    while (!fetch->paused && !fetch->cancelled && !g_queue_is_empty(&fetch->pieces)) {
        g_autoptr(GBytes) piece = g_byte_array_free_to_bytes(g_queue_pop_head(&fetch->pieces));

        fetch->held -= g_bytes_get_size(piece);
        fetch->body_bytes += g_bytes_get_size(piece);
        fetch->events.on_data(piece, fetch->data);
    }
}

void fetch_deliver(UpstreamFetch *fetch)
{
    tell_head(fetch);
    tell_pieces(fetch);
    go_on(fetch);
    if (fetch->cancelled || fetch->timed_out || is_failed_status(fetch) ||
        (fetch->is_complete && g_queue_is_empty(&fetch->pieces)))
        fetch_end(fetch);
}

/* ---- for the caller ------------------------------------------------------------------------ */

static void set_callbacks(UpstreamFetch *fetch)
{
    curl_easy_setopt(fetch->easy, CURLOPT_PRIVATE, fetch);
    curl_easy_setopt(fetch->easy, CURLOPT_ERRORBUFFER, fetch->cause);
    curl_easy_setopt(fetch->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(fetch->easy, CURLOPT_HEADERDATA, fetch);
    curl_easy_setopt(fetch->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(fetch->easy, CURLOPT_WRITEDATA, fetch);
    upstream_guard_install(fetch);
}

static void fetch_refuse(UpstreamFetch *fetch, const char *why)
{
    g_free(fetch->refusal);
    fetch->refusal = g_strdup(why);
    fetch_complete(fetch, CURLE_BAD_FUNCTION_ARGUMENT);
}

static void fetch_begin(UpstreamFetch *fetch, const UpstreamRequest *request)
{
    g_autoptr(GError) error = NULL;
    CURLMcode code;

    if (fetch->upstream->closing) {
        upstream_fetch_cancel(fetch);
        return;
    }
    if (!upstream_url_check(request->url, request->allow_private, &error) ||
        !upstream_options_apply(fetch, request, &error)) {
        fetch_refuse(fetch, error->message);
        return;
    }
    set_callbacks(fetch);
    code = curl_multi_add_handle(fetch->upstream->multi, fetch->easy);
    if (code != CURLM_OK) {
        fetch_refuse(fetch, curl_multi_strerror(code));
        return;
    }
    fetch->in_multi = TRUE;
    arm_chunk_timer(fetch);
}

UpstreamFetch *upstream_fetch(Upstream *upstream, const UpstreamRequest *request,
                              const UpstreamEvents *events, gpointer data)
{
    UpstreamFetch *fetch = g_new0(UpstreamFetch, 1);

    fetch->upstream = upstream;
    fetch->live_link.data = fetch->ready_link.data = fetch;
    fetch->events = *events;
    fetch->data = data;
    fetch->url = g_strdup(request->url);
    fetch->chunk_timeout_ms = request->chunk_timeout_ms;
    fetch->allow_private = request->allow_private;
    fetch->has_proxy = request->proxy_url != NULL && *request->proxy_url != '\0';
    fetch->has_socks = fetch->has_proxy && g_str_has_prefix(request->proxy_url, "socks");
    fetch->easy = curl_easy_init();
    response_head_init(&fetch->head);
    fetch->last_byte_ms = now_ms();
    uv_timer_init(upstream->loop, &fetch->timer);
    fetch->timer.data = fetch;
    upstream_hold(upstream);
    g_queue_push_tail_link(&upstream->fetches, &fetch->live_link);
    fetch_begin(fetch, request);
    return fetch;
}

void upstream_fetch_pause(UpstreamFetch *fetch)
{
    if (fetch->paused || fetch->ended || fetch->cancelled)
        return;
    fetch->paused = TRUE;
    uv_timer_stop(&fetch->timer);
    /* Before the head libcurl would forget it; on_body says it again then. */
    if (fetch->in_multi && fetch->head.is_final)
        curl_easy_pause(fetch->easy, CURLPAUSE_RECV);
}

void upstream_fetch_resume(UpstreamFetch *fetch)
{
    if (!fetch->paused || fetch->ended || fetch->cancelled)
        return;
    fetch->paused = FALSE;
    note_byte(fetch);
    arm_chunk_timer(fetch);
    upstream_mark_ready(fetch->upstream, fetch);
    if (fetch->in_multi)
        curl_easy_pause(fetch->easy, CURLPAUSE_CONT);
}

void upstream_fetch_set_chunk_timeout(UpstreamFetch *fetch, gint64 chunk_timeout_ms)
{
    fetch->chunk_timeout_ms = chunk_timeout_ms;
    arm_chunk_timer(fetch);
}

void upstream_fetch_cancel(UpstreamFetch *fetch)
{
    if (fetch->cancelled || fetch->ended)
        return;
    fetch->cancelled = TRUE;
    leave_multi(fetch);
    uv_timer_stop(&fetch->timer);
    g_queue_clear_full(&fetch->pieces, (GDestroyNotify)g_byte_array_unref);
    g_queue_init(&fetch->pieces);
    upstream_mark_ready(fetch->upstream, fetch);
}
