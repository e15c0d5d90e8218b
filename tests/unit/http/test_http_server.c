/*
 * Requests and whole replies over real sockets, and by curl.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_harness.h"
#include "ytops/json.h"
#include "ytops/log.h"

static void check_error(const PeerReply *reply, const char *code, const char *field)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsJson) document = ytops_json_parse(reply->body->str, -1, &error);
    g_assert_no_error(error);
    YtopsJson *body = ytops_json_get(document, "error");
    g_assert_cmpstr(ytops_json_get_string(body, "code"), ==, code);
    g_assert_cmpstr(ytops_json_get_string(body, "field"), ==, field);
    g_assert_cmpuint(strlen(ytops_json_get_string(body, "message")), >, 0);
    g_assert_nonnull(strstr(reply->head, "\r\nContent-Type: application/json\r\n"));
}

static void test_keep_alive(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *line = g_strdup_printf("GET /name/%u HTTP/1.1", i);
        g_autoptr(PeerReply) reply = peer_ask(fd, line, 200);
        g_assert_cmpuint(g_ascii_strtoull(reply->body->str, NULL, 10), ==, i);
        g_assert_null(strstr(reply->head, "Connection:"));
        g_assert_nonnull(strstr(reply->head, "\r\nDate: "));
    }
    harness_await(harness, &harness->connections, 1);
    close(fd);
    harness_await(harness, &harness->connections, 0);
}

static void test_http_1_0(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) kept = peer_ask(fd, "GET /hello HTTP/1.0\r\nConnection: keep-alive", 200);
    g_assert_nonnull(strstr(kept->head, "\r\nConnection: keep-alive\r\n"));
    g_autoptr(PeerReply) last = peer_ask(fd, "GET /hello HTTP/1.0", 200);
    g_assert_nonnull(strstr(last->head, "\r\nConnection: close\r\n"));
    peer_expect_end(fd);
    close(fd);
}

static void test_pipelined(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    g_autoptr(GString) requests = g_string_new(NULL);
    int fd = peer_connect(harness->port);
    for (guint i = 0; i < 500; i++)
        g_string_append_printf(requests, "GET /name/%u HTTP/1.1\r\nHost: h\r\n\r\n", i);
    g_string_append(requests, "GET /stream/70000 HTTP/1.1\r\nHost: h\r\n\r\n"
                              "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"
                              "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nlast");
    peer_send(fd, requests->str);
    for (guint i = 0; i < 500; i++) {
        g_autoptr(PeerReply) reply = peer_receive(fd, FALSE);
        g_assert_cmpuint(g_ascii_strtoull(reply->body->str, NULL, 10), ==, i);
    }
    g_autoptr(PeerReply) stream = peer_receive(fd, FALSE);
    g_assert_cmpuint(stream->body->len, ==, 70000);
    harness_await(harness, &harness->n_waiting, 1);
    harness_release(harness);
    g_autoptr(PeerReply) waited = peer_receive(fd, FALSE);
    g_assert_cmpstr(waited->body->str, ==, "released");
    g_autoptr(PeerReply) last = peer_receive(fd, FALSE);
    g_assert_cmpstr(last->body->str, ==, "last");
    close(fd);
}

static void test_half_closed(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    peer_send(fd, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    shutdown(fd, SHUT_WR);
    harness_await(harness, &harness->n_waiting, 1);
    harness_release(harness);
    g_autoptr(PeerReply) first = peer_receive(fd, FALSE);
    g_assert_cmpstr(first->body->str, ==, "released");
    g_autoptr(PeerReply) second = peer_receive(fd, FALSE);
    g_assert_cmpstr(second->body->str, ==, "hello");
    peer_expect_end(fd);
    close(fd);
}

static void test_head(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) hello = peer_ask(fd, "HEAD /hello HTTP/1.1", 200);
    g_assert_nonnull(strstr(hello->head, "\r\nContent-Length: 5\r\n"));
    g_autoptr(PeerReply) known = peer_ask(fd, "HEAD /stream/5000?known HTTP/1.1", 200);
    g_assert_nonnull(strstr(known->head, "\r\nContent-Length: 5000\r\n"));
    g_autoptr(PeerReply) chunked = peer_ask(fd, "HEAD /stream/5000 HTTP/1.1", 200);
    g_autoptr(PeerReply) missing = peer_ask(fd, "HEAD /nothing HTTP/1.1", 404);
    g_autoptr(PeerReply) after = peer_ask(fd, "GET /hello HTTP/1.1", 200);
    g_assert_cmpstr(after->body->str, ==, "hello");
    close(fd);
}

static void test_bodies(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    peer_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\r\n");
    g_autoptr(PeerReply) chunked = peer_receive(fd, FALSE);
    g_assert_cmpuint(chunked->status, ==, 201);
    g_assert_cmpstr(chunked->body->str, ==, "abcde");
    peer_send(fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
                  "Expect: 100-continue\r\n\r\n");
    g_autoptr(PeerReply) go_on = peer_receive(fd, FALSE);
    g_assert_cmpuint(go_on->status, ==, 100);
    peer_send(fd, "xyz");
    g_autoptr(PeerReply) expected = peer_receive(fd, FALSE);
    g_assert_cmpstr(expected->body->str, ==, "xyz");
    close(fd);
}

static void test_errors(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) missing = peer_ask(fd, "GET /n%C3%BCll HTTP/1.1", 404);
    check_error(missing, "NOT_FOUND", "path");
    g_assert_nonnull(strstr(missing->body->str, "n\xc3\xbcll"));
    g_autoptr(PeerReply) method = peer_ask(fd, "POST /hello HTTP/1.1", 405);
    check_error(method, "INVALID_ARGUMENT", "method");
    g_assert_nonnull(strstr(method->head, "\r\nAllow: GET, HEAD\r\n"));
    g_autoptr(PeerReply) handler = peer_ask(fd, "GET /error HTTP/1.1", 400);
    check_error(handler, "INVALID_ARGUMENT", "url");
    g_assert_null(strstr(handler->body->str, "secret"));
    g_autoptr(PeerReply) split = peer_ask(fd, "GET /hello?q=a%0D%0ASet-Cookie:+x HTTP/1.1", 200);
    g_assert_nonnull(strstr(split->head, "\r\nX-Query: aSet-Cookie: x\r\n"));
    g_assert_null(strstr(split->head, "\r\nSet-Cookie"));
    g_autoptr(PeerReply) bad = peer_ask(fd, "GET /%zz HTTP/1.1", 400);
    check_error(bad, "INVALID_ARGUMENT", "path");
    peer_expect_end(fd);
    close(fd);
}

static void test_token(void)
{
    static const struct {
        const char *header;
        guint status;
    } cases[] = {
        {"X-API-Token: correct horse", 200},
        {"Authorization: Bearer correct horse", 200},
        {"authorization: bearer  correct horse", 200},
        {"X-Other: x", 401},
        {"X-API-Token: wrong", 401},
        {"X-API-Token:", 401},
        {"Authorization: Bearer wrong", 401},
        {"Authorization: Basic correct horse", 401},
        {"X-API-Token: correct horse2", 401},
    };
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *request = g_strdup_printf("GET /guarded HTTP/1.1\r\n%s", cases[i].header);
        g_autoptr(PeerReply) reply = peer_ask(fd, request, cases[i].status);
        if (cases[i].status == 401) {
            check_error(reply, "INVALID_ARGUMENT", "X-API-Token");
            g_assert_nonnull(strstr(reply->head, "\r\nWWW-Authenticate: Bearer\r\n"));
            g_assert_null(strstr(reply->body->str, "horse"));
        }
    }
    close(fd);
}

/* One line a request, with neither token nor query in it. */
static void test_log(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("*DEBUG*http: request peer=127.0.0.1:* method=GET path=/guarded "
                                  "status=200 bytes=2 ms=* end=complete\n*");
        g_test_trap_assert_stderr("*DEBUG*http: request refused peer=* status=400 *");
        g_test_trap_assert_stderr_unmatched("*horse*");
        g_test_trap_assert_stderr_unmatched("*secret*");
        g_test_trap_assert_stderr_unmatched("*http: request peer*http: request peer*");
        return;
    }
    ytops_log_set_level(YTOPS_LOG_DEBUG);
    g_autoptr(Harness) harness = harness_start(NULL);
    int fd = peer_connect(harness->port);
    g_autoptr(PeerReply) reply =
        peer_ask(fd, "GET /guarded?secret HTTP/1.1\r\nX-API-Token: " HARNESS_TOKEN, 200);
    g_autoptr(PeerReply) bad = peer_ask(fd, "GET /hello?%zz HTTP/1.1", 400);
    close(fd);
}

static char *run_curl(Harness *harness, const char *option, const char *value, const char *path)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u%s", harness->port, path);
    const char *arguments[] = {"curl",          "-sS", "-q",   "--noproxy", "*", "-w",
                               "|%{http_code}", url,   option, value,       NULL};
    g_autoptr(GError) error = NULL;
    char *output = NULL;
    int status = -1;
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    return output;
}

static void test_curl(void)
{
    g_autoptr(Harness) harness = harness_start(NULL);
    g_autofree char *plain = run_curl(harness, NULL, NULL, "/hello");
    g_assert_cmpstr(plain, ==, "hello|200");
    g_autofree char *upgrade = run_curl(harness, "--http2", NULL, "/hello");
    g_assert_cmpstr(upgrade, ==, "hello|200");
    g_autofree char *old = run_curl(harness, "--http1.0", NULL, "/stream/10");
    g_assert_cmpstr(old, ==, "xxxxxxxxxx|200");
    g_autofree char *chunked = run_curl(harness, NULL, NULL, "/stream/10");
    g_assert_cmpstr(chunked, ==, "xxxxxxxxxx|200");
    g_autofree char *body = g_strnfill(200000, 'b');
    g_autofree char *argument = g_strndup(body, 100000);
    g_autofree char *echoed = run_curl(harness, "--data-binary", argument, "/echo");
    g_assert_true(g_str_has_suffix(echoed, "b|201"));
    g_assert_cmpuint(strlen(echoed), ==, 100000 + strlen("|201"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http_server/keep_alive", test_keep_alive);
    g_test_add_func("/http_server/http_1_0", test_http_1_0);
    g_test_add_func("/http_server/pipelined", test_pipelined);
    g_test_add_func("/http_server/half_closed", test_half_closed);
    g_test_add_func("/http_server/head", test_head);
    g_test_add_func("/http_server/bodies", test_bodies);
    g_test_add_func("/http_server/errors", test_errors);
    g_test_add_func("/http_server/token", test_token);
    g_test_add_func("/http_server/log", test_log);
    g_test_add_func("/http_server/curl", test_curl);
    return g_test_run();
}
