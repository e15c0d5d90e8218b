/* The check of a proxy before its use: against real proxies, and against ones that misbehave. */
#include "real_proxy.h"
#include "scripted_proxy.h"
#include "ytops/error.h"
#include "ytops/proxy_preflight.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, NO_CANCEL = -1, ALL_WELL = -1 };

static YtopsProxyUrl *make_url(const char *format, guint16 port)
{
    g_autoptr(GString) text = g_string_new(format);
    g_autofree char *number = g_strdup_printf("%u", (unsigned)port);
    g_autoptr(GError) error = NULL;
    g_string_replace(text, "PORT", number, 0);
    YtopsProxyUrl *url = ytops_proxy_url_parse(text->str, &error);
    g_assert_no_error(error);
    return url;
}

/* "PORT" in the URL is the proxy's. */
static GError *check(const char *format, guint16 port, int timeout_ms)
{
    g_autoptr(YtopsProxyUrl) url = make_url(format, port);
    g_autoptr(GError) error = NULL;
    gboolean answered = ytops_proxy_preflight(url, "127.0.0.1", 1, timeout_ms, NO_CANCEL, &error);
    g_assert_true(answered == (error == NULL));
    return g_steal_pointer(&error);
}

static void assert_check(const char *format, guint16 port, int code)
{
    g_autoptr(GError) error = check(format, port, PATIENCE_MS);
    if (code == ALL_WELL) {
        g_assert_no_error(error);
        return;
    }
    g_assert_error(error, YTOPS_ERROR, code);
    g_assert_null(strstr(error->message, "secret"));
}

/* ---- real proxies ----------------------------------------------------------------------- */

static void test_open_socks5(void)
{
    g_autoptr(RealProxy) proxy = real_proxy_start_socks5("127.0.0.1", NULL, NULL);
    guint16 port = real_proxy_port(proxy);
    assert_check("socks5://127.0.0.1:PORT", port, ALL_WELL);
    assert_check("socks5h://127.0.0.1:PORT", port, ALL_WELL);
    assert_check("socks5://u:secret@127.0.0.1:PORT", port, ALL_WELL);
    assert_check("socks5://localhost:PORT", port, ALL_WELL);
    assert_check("socks4://127.0.0.1:PORT", port, ALL_WELL);
    assert_check("https://127.0.0.1:PORT", port, ALL_WELL);
    assert_check("http://127.0.0.1:PORT", port, YTOPS_ERROR_HTTP_PROXY_FAILED);
}

static void test_socks5_with_password(void)
{
    g_autoptr(RealProxy) proxy = real_proxy_start_socks5("127.0.0.1", "user", "p@:/%w");
    guint16 port = real_proxy_port(proxy);
    assert_check("socks5://user:p%40%3A%2F%25w@127.0.0.1:PORT", port, ALL_WELL);
    assert_check("socks5://user:secret@127.0.0.1:PORT", port, YTOPS_ERROR_SOCKS5_AUTH_FAILED);
    assert_check("socks5://user@127.0.0.1:PORT", port, YTOPS_ERROR_SOCKS5_AUTH_FAILED);
    assert_check("socks5://127.0.0.1:PORT", port, YTOPS_ERROR_SOCKS5_AUTH_FAILED);
}

static void test_ipv6(void)
{
    if (!real_proxy_has_address("::1")) {
        g_test_skip("this machine has no IPv6 loopback");
        return;
    }
    g_autoptr(RealProxy) proxy = real_proxy_start_socks5("::1", NULL, NULL);
    assert_check("socks5://[::1]:PORT", real_proxy_port(proxy), ALL_WELL);
}

static void test_http(void)
{
    g_autoptr(RealProxy) proxy = real_proxy_start_http(NULL, NULL);
    guint16 port = real_proxy_port(proxy);
    /* The target's port is closed: the proxy lives all the same. */
    assert_check("http://127.0.0.1:PORT", port, ALL_WELL);
    assert_check("https://127.0.0.1:PORT", port, ALL_WELL);
    g_autoptr(GError) error = check("socks5://127.0.0.1:PORT", port, 300);
    g_assert_true(g_error_matches(error, YTOPS_ERROR, YTOPS_ERROR_SOCKS5_PROTOCOL) ||
                  g_error_matches(error, YTOPS_ERROR, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED));
}

static void test_http_with_password(void)
{
    g_autoptr(RealProxy) proxy = real_proxy_start_http("user", "right");
    guint16 port = real_proxy_port(proxy);
    assert_check("http://user:right@127.0.0.1:PORT", port, ALL_WELL);
    assert_check("http://user:secret@127.0.0.1:PORT", port, YTOPS_ERROR_HTTP_PROXY_AUTH);
    assert_check("http://127.0.0.1:PORT", port, YTOPS_ERROR_HTTP_PROXY_AUTH);
}

/* ---- proxies that cannot be reached ----------------------------------------------------- */

static void test_refused_connection(void)
{
    int reservation = -1;
    guint16 port = real_proxy_reserve_port("127.0.0.1", &reservation);
    static const char *const socks[] = {"socks5://u:secret@127.0.0.1:PORT",
                                        "socks5h://127.0.0.1:PORT", "socks4://127.0.0.1:PORT",
                                        "socks4a://127.0.0.1:PORT"};
    for (gsize i = 0; i < G_N_ELEMENTS(socks); i++)
        assert_check(socks[i], port, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED);
    assert_check("http://u:secret@127.0.0.1:PORT", port, YTOPS_ERROR_HTTP_PROXY_FAILED);
    assert_check("https://127.0.0.1:PORT", port, YTOPS_ERROR_HTTP_PROXY_FAILED);
    close(reservation);
}

static void test_a_name_that_does_not_resolve(void)
{
    assert_check("socks5://u:secret@no-such-host.invalid:PORT", 1080, YTOPS_ERROR_PROXY_DNS_FAILED);
    assert_check("http://no-such-host.invalid:PORT", 1080, YTOPS_ERROR_PROXY_DNS_FAILED);
}

static int connect_without_waiting(guint16 port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_cmpint(fd, >=, 0);
    (void)connect(fd, (struct sockaddr *)&address, sizeof address);
    return fd;
}

/* A full backlog drops what asks for a connection: it is neither refused nor made. */
static void test_a_connection_that_is_never_made(void)
{
    int listener = -1;
    int fillers[8];
    guint16 port = real_proxy_reserve_port("127.0.0.1", &listener);
    g_assert_cmpint(listen(listener, 0), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(fillers); i++)
        fillers[i] = connect_without_waiting(port);
    gint64 start_us = g_get_monotonic_time();
    g_autoptr(GError) error = check("socks5://127.0.0.1:PORT", port, 200);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED);
    g_assert_nonnull(strstr(error->message, "within 200 ms"));
    g_assert_cmpint(g_get_monotonic_time() - start_us, >=, 200 * 1000);
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, PATIENCE_MS * 1000);
    for (gsize i = 0; i < G_N_ELEMENTS(fillers); i++)
        close(fillers[i]);
    close(listener);
}

/* ---- proxies that misbehave ------------------------------------------------------------- */

#define READ(n)                                                                                    \
    {                                                                                              \
        SCRIPTED_PROXY_READ, n, NULL                                                               \
    }
#define SAY(text)                                                                                  \
    {                                                                                              \
        SCRIPTED_PROXY_SAY, sizeof(text) - 1, text                                                 \
    }
#define END                                                                                        \
    {                                                                                              \
        SCRIPTED_PROXY_END, 0, NULL                                                                \
    }
#define RESET                                                                                      \
    {                                                                                              \
        SCRIPTED_PROXY_RESET, 0, NULL                                                              \
    }
#define HOLD                                                                                       \
    {                                                                                              \
        SCRIPTED_PROXY_HOLD, 0, NULL                                                               \
    }

typedef struct {
    const char *url;
    ScriptedProxyStep steps[6];
    int timeout_ms;
    int code;
    const char *complaint;
} ScriptCase;

static const ScriptCase script_cases[] = {
    /* Answers in pieces of one byte are as good as any. */
    {"socks5://127.0.0.1:PORT", {READ(3), SAY("\x05\x00"), HOLD}, PATIENCE_MS, ALL_WELL, NULL},
    {"socks5://u:secret@127.0.0.1:PORT",
     {READ(4), SAY("\x05\x02"), READ(10), SAY("\x01\x00"), HOLD},
     PATIENCE_MS,
     ALL_WELL,
     NULL},
    {"http://127.0.0.1:PORT", {SAY("HTTP/1.1 200 OK\r\n\r\n"), HOLD}, PATIENCE_MS, ALL_WELL, NULL},
    /* Closing early. */
    {"socks5://127.0.0.1:PORT",
     {END},
     PATIENCE_MS,
     YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
     "closed the connection before its choice of a SOCKS5 method"},
    {"socks5://127.0.0.1:PORT",
     {READ(3), SAY("\x05"), END},
     PATIENCE_MS,
     YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
     "closed the connection before its choice"},
    {"socks5://127.0.0.1:PORT",
     {READ(3), RESET},
     PATIENCE_MS,
     YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
     "closed the connection before its choice"},
    {"socks5://u:secret@127.0.0.1:PORT",
     {READ(4), SAY("\x05\x02"), READ(10), END},
     PATIENCE_MS,
     YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
     "before the result of the SOCKS5 authentication"},
    {"http://127.0.0.1:PORT",
     {READ(10), SAY("HTTP/1.1"), END},
     PATIENCE_MS,
     YTOPS_ERROR_HTTP_PROXY_FAILED,
     "before its answer to CONNECT"},
    /* Answers of another protocol. */
    {"socks5://127.0.0.1:PORT",
     {READ(3), SAY("HTTP/1.1 400 Bad Request\r\n\r\n"), HOLD},
     PATIENCE_MS,
     YTOPS_ERROR_SOCKS5_PROTOCOL,
     "does not speak SOCKS5"},
    {"http://127.0.0.1:PORT",
     {READ(3), SAY("\x05\xff"), HOLD},
     PATIENCE_MS,
     YTOPS_ERROR_HTTP_PROXY_FAILED,
     "does not speak HTTP"},
    /* Silence. */
    {"socks5://127.0.0.1:PORT",
     {READ(3), HOLD},
     150,
     YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
     "did not give its choice of a SOCKS5 method within 150 ms"},
    {"socks5://127.0.0.1:PORT",
     {READ(3), SAY("\x05"), HOLD},
     150,
     YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
     "within 150 ms"},
    {"http://127.0.0.1:PORT", {HOLD}, 150, YTOPS_ERROR_HTTP_PROXY_FAILED, "within 150 ms"},
    {"http://127.0.0.1:PORT", {HOLD}, 0, YTOPS_ERROR_HTTP_PROXY_FAILED, "within 0 ms"},
    {"http://127.0.0.1:PORT", {HOLD}, -5, YTOPS_ERROR_HTTP_PROXY_FAILED, "within"},
};

static void test_scripts(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(script_cases); i++) {
        const ScriptCase *c = &script_cases[i];
        g_autoptr(ScriptedProxy) proxy = scripted_proxy_start(c->steps);
        gint64 start_us = g_get_monotonic_time();
        g_autoptr(GError) error = check(c->url, scripted_proxy_port(proxy), c->timeout_ms);
        gint64 spent_us = g_get_monotonic_time() - start_us;
        g_test_message("script %" G_GSIZE_FORMAT ": %s", i, error != NULL ? error->message : "-");
        if (c->code == ALL_WELL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, YTOPS_ERROR, c->code);
        g_assert_nonnull(strstr(error->message, c->complaint));
        g_assert_null(strstr(error->message, "secret"));
        g_assert_cmpint(spent_us, <, PATIENCE_MS * 1000);
        if (strstr(c->complaint, "within") != NULL)
            g_assert_cmpint(spent_us, >=, c->timeout_ms * 1000);
    }
}

/* ---- cancelling ------------------------------------------------------------------------- */

static void test_cancelled_while_it_waits(void)
{
    int pipe_fds[2];
    g_assert_true(g_unix_open_pipe(pipe_fds, FD_CLOEXEC, NULL));
    const ScriptedProxyStep steps[] = {
        READ(3), {SCRIPTED_PROXY_SIGNAL, (gsize)pipe_fds[1], NULL}, HOLD};
    ScriptedProxy *proxy = scripted_proxy_start(steps);
    g_autoptr(YtopsProxyUrl) url = make_url("socks5://127.0.0.1:PORT", scripted_proxy_port(proxy));
    g_autoptr(GError) error = NULL;
    gint64 start_us = g_get_monotonic_time();
    g_assert_false(ytops_proxy_preflight(url, "t.example", 443, PATIENCE_MS, pipe_fds[0], &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING);
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, PATIENCE_MS * 1000);
    scripted_proxy_stop(proxy);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static void test_cancelled_by_a_closed_pipe(void)
{
    int pipe_fds[2];
    g_assert_true(g_unix_open_pipe(pipe_fds, FD_CLOEXEC, NULL));
    close(pipe_fds[1]);
    static const ScriptedProxyStep steps[] = {HOLD};
    g_autoptr(ScriptedProxy) proxy = scripted_proxy_start(steps);
    g_autoptr(YtopsProxyUrl) url = make_url("socks5://127.0.0.1:PORT", scripted_proxy_port(proxy));
    g_autoptr(GError) error = NULL;
    g_assert_false(ytops_proxy_preflight(url, "t.example", 443, PATIENCE_MS, pipe_fds[0], &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING);
    close(pipe_fds[0]);
}

/* ---- the rest --------------------------------------------------------------------------- */

static void test_a_target_that_would_break_the_request(void)
{
    static const char *const targets[] = {NULL, "", "a\r\nX: y", "a b", "a\x7f"};
    g_autoptr(YtopsProxyUrl) http = make_url("http://127.0.0.1:PORT", 1);
    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(ytops_proxy_preflight(http, targets[i], 443, 100, NO_CANCEL, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
}

/* Lets nobody open a descriptor any more; gives the limit that was. */
static struct rlimit use_up_descriptors(void)
{
    struct rlimit before;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &none), ==, 0);
    return before;
}

static void test_a_server_without_sockets_blames_no_proxy(void)
{
    static const char *const urls[] = {"socks5://u:secret@127.0.0.1:PORT", "http://127.0.0.1:PORT",
                                       "socks5://localhost:PORT"};
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        struct rlimit before = use_up_descriptors();
        g_autoptr(GError) error = check(urls[i], 1080, PATIENCE_MS);
        setrlimit(RLIMIT_NOFILE, &before);
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
        g_assert_nonnull(strstr(error->message, "open files"));
        g_assert_null(strstr(error->message, "secret"));
    }
}

static guint count_descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint number = 0;
    while (g_dir_read_name(dir) != NULL)
        number++;
    return number;
}

static void test_no_descriptor_is_left_open(void)
{
    int reservation = -1;
    guint16 closed_port = real_proxy_reserve_port("127.0.0.1", &reservation);
    g_autoptr(RealProxy) proxy = real_proxy_start_socks5("127.0.0.1", "user", "right");
    guint16 port = real_proxy_port(proxy);
    guint before = count_descriptors();
    for (int i = 0; i < 20; i++) {
        assert_check("socks5://user:right@127.0.0.1:PORT", port, ALL_WELL);
        assert_check("socks5://user:wrong@127.0.0.1:PORT", port, YTOPS_ERROR_SOCKS5_AUTH_FAILED);
        assert_check("socks5://127.0.0.1:PORT", closed_port, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED);
    }
    g_assert_cmpuint(count_descriptors(), ==, before);
    close(reservation);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add_func("/proxy-preflight/" path, test)
    ADD("open-socks5", test_open_socks5);
    ADD("socks5-with-password", test_socks5_with_password);
    ADD("ipv6", test_ipv6);
    ADD("http", test_http);
    ADD("http-with-password", test_http_with_password);
    ADD("refused-connection", test_refused_connection);
    ADD("a-name-that-does-not-resolve", test_a_name_that_does_not_resolve);
    ADD("a-connection-that-is-never-made", test_a_connection_that_is_never_made);
    ADD("scripts", test_scripts);
    ADD("cancelled-while-it-waits", test_cancelled_while_it_waits);
    ADD("cancelled-by-a-closed-pipe", test_cancelled_by_a_closed_pipe);
    ADD("a-target-that-would-break-the-request", test_a_target_that_would_break_the_request);
    ADD("a-server-without-sockets-blames-no-proxy", test_a_server_without_sockets_blames_no_proxy);
    ADD("no-descriptor-is-left-open", test_no_descriptor_is_left_open);
    return g_test_run();
}
