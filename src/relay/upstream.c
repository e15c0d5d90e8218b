/*
 * The multi handle on the loop. The happy path: libcurl asks for sockets and a timer, libuv reports
 * them, curl_multi_socket_action lets the callbacks of upstream_fetch.c note what came, the pump
 * tells it. Failure modes: a fetch ends while another is told of (the pump works on a queue that
 * ended fetches leave); the upstream is closed from a listener (everything is freed by the last
 * close callback of libuv, never at once).
 */
#include "upstream_private.h"

typedef struct {
    uv_poll_t poll;
    Upstream *upstream;
    curl_socket_t fd;
    int events; /* waited for */
} Socket;

void upstream_hold(Upstream *upstream)
{
    upstream->n_handles++;
}

void upstream_release(Upstream *upstream)
{
    if (--upstream->n_handles > 0)
        return;
    g_free(upstream);
    curl_global_cleanup();
}

static void on_handle_closed(uv_handle_t *handle)
{
    upstream_release(handle->data);
}

/* After its last fetch has ended: closing the kept connections closes their handles. */
static void shut(Upstream *upstream)
{
    curl_multi_cleanup(g_steal_pointer(&upstream->multi));
    uv_close((uv_handle_t *)&upstream->timer, on_handle_closed);
    uv_close((uv_handle_t *)&upstream->idle, on_handle_closed);
}

/* ---- telling ------------------------------------------------------------------------------- */

static void pump(Upstream *upstream)
{
    /* What becomes ready meanwhile waits for the next turn, so that sockets get theirs. */
    for (guint n = g_queue_get_length(&upstream->ready); n > 0; n--) {
        GList *link = g_queue_pop_head_link(&upstream->ready);
        UpstreamFetch *fetch;

        if (link == NULL)
            break;
        fetch = link->data;
        fetch->is_ready = FALSE;
        fetch_deliver(fetch);
    }
    if (g_queue_is_empty(&upstream->ready))
        uv_idle_stop(&upstream->idle);
    if (upstream->closing && upstream->multi != NULL && g_queue_is_empty(&upstream->fetches))
        shut(upstream);
}

static void on_idle(uv_idle_t *idle)
{
    pump(idle->data);
}

void upstream_mark_ready(Upstream *upstream, UpstreamFetch *fetch)
{
    if (!fetch->is_ready)
        g_queue_push_tail_link(&upstream->ready, &fetch->ready_link);
    fetch->is_ready = TRUE;
    uv_idle_start(&upstream->idle, on_idle);
}

void upstream_forget(Upstream *upstream, UpstreamFetch *fetch)
{
    g_queue_unlink(&upstream->fetches, &fetch->live_link);
    if (fetch->is_ready)
        g_queue_unlink(&upstream->ready, &fetch->ready_link);
    fetch->is_ready = FALSE;
}

/* ---- libcurl on libuv ---------------------------------------------------------------------- */

static void take_ends(Upstream *upstream)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(upstream->multi, &left)) != NULL) {
        UpstreamFetch *fetch = NULL;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;

        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &fetch);
        curl_multi_remove_handle(upstream->multi, easy);
        fetch_complete(fetch, code);
    }
}

static void on_timer(uv_timer_t *timer);

static int on_curl_timer(CURLM *multi G_GNUC_UNUSED, long timeout_ms, void *data)
{
    Upstream *upstream = data;

    if (timeout_ms < 0) {
        uv_timer_stop(&upstream->timer);
        return 0;
    }
    /* libuv counts from the begin of the turn, which can be long ago. And at least one turn of the
     * loop: a timer of 0 could run again and again within one turn. */
    uv_update_time(upstream->loop);
    uv_timer_start(&upstream->timer, on_timer, (guint64)MAX(timeout_ms, 1), 0);
    return 0;
}

/*
 * Both round times down: the timer can be early by a part of a millisecond, when libcurl finds
 * nothing to do and does not ask for a timer that it has asked for already.
 */
static void keep_timer(Upstream *upstream)
{
    long timeout_ms = -1;

    if (uv_is_active((uv_handle_t *)&upstream->timer))
        return;
    curl_multi_timeout(upstream->multi, &timeout_ms);
    if (timeout_ms >= 0)
        on_curl_timer(upstream->multi, timeout_ms, upstream);
}

static void act(Upstream *upstream, curl_socket_t fd, int events)
{
    int running;

    if (upstream->multi == NULL)
        return;
    curl_multi_socket_action(upstream->multi, fd, events, &running);
    keep_timer(upstream);
    take_ends(upstream);
    pump(upstream);
}

static void on_poll(uv_poll_t *poll, int status, int events);

static int watch(Socket *sock)
{
    return uv_poll_start(&sock->poll, sock->events, on_poll);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    Socket *sock = poll->data;
    int flags = 0;

    /* libuv tells no more than that there is an error: reading finds out which, after the data. */
    if (status < 0 || (events & UV_READABLE))
        flags |= CURL_CSELECT_IN;
    if (status < 0 || (events & UV_WRITABLE))
        flags |= CURL_CSELECT_OUT;
    act(sock->upstream, sock->fd, flags);
    if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
        watch(sock); /* libuv has stopped it */
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static Socket *socket_new(Upstream *upstream, curl_socket_t fd)
{
    Socket *sock = g_new0(Socket, 1);

    sock->upstream = upstream;
    sock->fd = fd;
    if (uv_poll_init_socket(upstream->loop, &sock->poll, fd) != 0) {
        g_free(sock);
        return NULL;
    }
    sock->poll.data = sock;
    upstream_hold(upstream);
    curl_multi_assign(upstream->multi, fd, sock);
    return sock;
}

static void on_socket_closed(uv_handle_t *handle)
{
    Socket *sock = handle->data;

    upstream_release(sock->upstream);
    g_free(sock);
}

static void socket_close(Socket *sock)
{
    /* At once: libcurl closes the descriptor when this returns, and its number may come again. */
    uv_poll_stop(&sock->poll);
    uv_close((uv_handle_t *)&sock->poll, on_socket_closed);
}

static int on_curl_socket(CURL *easy G_GNUC_UNUSED, curl_socket_t fd, int what, void *data,
                          void *socket_data)
{
    Upstream *upstream = data;
    Socket *sock = socket_data;

    if (what == CURL_POLL_REMOVE) {
        if (sock != NULL)
            socket_close(sock);
        return 0;
    }
    if (sock == NULL && (sock = socket_new(upstream, fd)) == NULL)
        return -1;
    sock->events =
        (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return watch(sock) == 0 ? 0 : -1;
}

/* ---- begin and end ------------------------------------------------------------------------- */

Upstream *upstream_new(uv_loop_t *loop)
{
    Upstream *upstream = g_new0(Upstream, 1);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    upstream->loop = loop;
    upstream->multi = curl_multi_init();
    curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(upstream->multi, CURLMOPT_SOCKETDATA, upstream);
    curl_multi_setopt(upstream->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(upstream->multi, CURLMOPT_TIMERDATA, upstream);
    uv_timer_init(loop, &upstream->timer);
    uv_idle_init(loop, &upstream->idle);
    upstream->timer.data = upstream->idle.data = upstream;
    upstream_hold(upstream);
    upstream_hold(upstream);
    return upstream;
}

void upstream_close(Upstream *upstream)
{
    g_autoptr(GList) fetches = NULL;

    if (upstream == NULL || upstream->closing)
        return;
    upstream->closing = TRUE;
    fetches = g_list_copy(upstream->fetches.head);
    for (GList *link = fetches; link != NULL; link = link->next)
        upstream_fetch_cancel(link->data);
    /* The pump shuts it, in a turn of its own: this may be called from a listener. */
    uv_idle_start(&upstream->idle, on_idle);
}
