#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "script_visit.h"

guint8 script_server_byte(guint64 offset)
{
    return (guint8)((offset * 2654435761u) >> 11 ^ offset);
}

static gboolean send_all(ScriptVisit *visit, const void *bytes, gsize length)
{
    const char *at = bytes;

    while (length > 0) {
        gssize sent;

        if (!script_server_wait(visit->server, visit->fd, POLLOUT, -1))
            return FALSE;
        sent = send(visit->fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return FALSE;
        at += sent;
        length -= (gsize)sent;
    }
    return TRUE;
}

G_GNUC_PRINTF(2, 3)
static gboolean send_text(ScriptVisit *visit, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    return send_all(visit, text, strlen(text));
}

static gboolean send_pattern(ScriptVisit *visit, guint64 from, guint64 to, gboolean chunked)
{
    guint8 piece[16384];

    while (from < to) {
        gsize length = (gsize)MIN(to - from, sizeof piece);

        for (gsize i = 0; i < length; i++)
            piece[i] = script_server_byte(from + i);
        if ((chunked && !send_text(visit, "%zx\r\n", length)) || !send_all(visit, piece, length) ||
            (chunked && !send_text(visit, "\r\n")))
            return FALSE;
        from += length;
    }
    return !chunked || send_text(visit, "0\r\n\r\n");
}

static gboolean stay_silent(ScriptVisit *visit)
{
    char byte;

    while (script_server_wait(visit->server, visit->fd, POLLIN, -1))
        if (read(visit->fd, &byte, 1) <= 0)
            break;
    return FALSE;
}

static gboolean reset(ScriptVisit *visit)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return FALSE;
}

/* ---- the paths; TRUE: the connection may be used again ------------------------------------- */

static gboolean do_bytes(ScriptVisit *visit)
{
    const char *range = strcasestr(visit->request->str, "\r\nrange: bytes=");
    guint64 from = range != NULL ? g_ascii_strtoull(range + 15, NULL, 10) : 0;
    gboolean is_head = g_str_has_prefix(visit->request->str, "HEAD ");

    if (range != NULL)
        send_text(visit, "HTTP/1.1 206 Partial\r\nContent-Range: bytes %lu-%lu/%lu\r\n", from,
                  visit->number - 1, visit->number);
    else
        send_text(visit, "HTTP/1.1 200 OK\r\n");
    send_text(visit,
              "Content-Length: %lu\r\nContent-Type: video/mp2t\r\nETag: \"one\"\r\n"
              "Accept-Ranges: bytes\r\nLast-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n\r\n",
              visit->number - from);
    return is_head || send_pattern(visit, from, visit->number, FALSE);
}

static gboolean do_chunked(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    return send_pattern(visit, 0, visit->number, TRUE);
}

static gboolean do_close(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    send_pattern(visit, 0, visit->number, FALSE);
    return FALSE;
}

static gboolean do_head_silent(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    return stay_silent(visit);
}

static void send_part(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    send_pattern(visit, 0, visit->number, FALSE);
}

static gboolean do_stall(ScriptVisit *visit)
{
    send_part(visit);
    return stay_silent(visit);
}

static gboolean do_reset(ScriptVisit *visit)
{
    send_part(visit);
    /* A reset overtakes what the other side has not read: it gets time to. */
    script_server_wait(visit->server, -1, 0, 50);
    return reset(visit);
}

static gboolean do_short(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\n\r\n", visit->number + 100);
    send_pattern(visit, 0, visit->number, FALSE);
    return FALSE;
}

static gboolean do_nothing(ScriptVisit *visit G_GNUC_UNUSED)
{
    return FALSE;
}

static gboolean do_garbage(ScriptVisit *visit)
{
    send_text(visit, "what do you want?\r\n\r\n");
    return FALSE;
}

static gboolean do_drip(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\n\r\n", visit->number);
    for (guint64 i = 0; i < visit->number; i++) {
        script_server_wait(visit->server, -1, 0, 30);
        if (!send_pattern(visit, i, i + 1, FALSE))
            return FALSE;
    }
    return TRUE;
}

static gboolean do_headdrip(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 200 OK\r\n");
    while (send_text(visit, "X-Line: more\r\n") &&
           !script_server_wait(visit->server, visit->fd, POLLIN, 30))
        ;
    return FALSE;
}

static gboolean do_status(ScriptVisit *visit)
{
    g_autofree char *value = script_server_dup_retry_after(visit->server);
    g_autofree char *retry_after =
        value != NULL ? g_strdup_printf("Retry-After: %s\r\n", value) : g_strdup("");

    return send_text(visit, "HTTP/1.1 %lu Some\r\n%sContent-Length: 5\r\n\r\nsorry", visit->number,
                     retry_after);
}

static gboolean do_redirect(ScriptVisit *visit)
{
    g_autofree char *location = script_server_dup_location(visit->server);

    return send_text(visit, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 2\r\n\r\ngo",
                     location);
}

static gboolean do_echo(ScriptVisit *visit)
{
    return send_text(visit, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                     visit->request->len) &&
           send_all(visit, visit->request->str, visit->request->len);
}

static gboolean do_interim(ScriptVisit *visit)
{
    send_text(visit, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nETag: no\r\n\r\n");
    visit->number = 5;
    return do_bytes(visit);
}

static const struct {
    const char *prefix;
    gboolean (*act)(ScriptVisit *visit);
} script[] = {
    {"/bytes/", do_bytes},
    {"/chunked/", do_chunked},
    {"/close/", do_close},
    {"/silent", stay_silent},
    {"/head-silent", do_head_silent},
    {"/stall/", do_stall},
    {"/reset/", do_reset},
    {"/short/", do_short},
    {"/abort", reset},
    {"/nothing", do_nothing},
    {"/garbage", do_garbage},
    {"/drip/", do_drip},
    {"/headdrip", do_headdrip},
    {"/status/", do_status},
    {"/redirect", do_redirect},
    {"/echo", do_echo},
    {"/interim", do_interim},
};

gboolean script_visit_answer(ScriptVisit *visit)
{
    const char *path = strchr(visit->request->str, ' ') + 1;

    /* A proxy is sent the whole URL. */
    if (g_str_has_prefix(path, "http://"))
        path = strchr(path + 7, '/');
    for (gsize i = 0; i < G_N_ELEMENTS(script); i++)
        if (g_str_has_prefix(path, script[i].prefix)) {
            visit->number = g_ascii_strtoull(path + strlen(script[i].prefix), NULL, 10);
            return script[i].act(visit);
        }
    return send_text(visit, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}
