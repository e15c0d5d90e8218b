#include <netdb.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "http_double.h"
#include "token_fixture.h"
#include "tokens/pot_client.h"
#include "ytops/error.h"

enum { AMPLE_MS = 60 * 1000 };

static PoToken *fetch(const char *url, int timeout_ms, int cancel_fd, GError **error)
{
    GError *refused = NULL;
    g_autoptr(PotClient) client = pot_client_new(url, &refused);
    YtopsJobLimits limits;

    g_assert_no_error(refused);
    ytops_job_limits_init(&limits, AMPLE_MS, cancel_fd);
    return pot_client_fetch(client, "aqz-KE-bpKQ", "socks5://me:secret@127.0.0.1:1080", &limits,
                            timeout_ms, error);
}

static void test_it_posts_the_video_and_the_proxy_and_takes_the_token(void)
{
    g_autofree char *answer = http_double_json(
        200, "{\"poToken\":\"MnRva2Vu\",\"contentBinding\":\"aqz-KE-bpKQ\",\"expiresAt\":"
             "\"2030-01-01T00:00:00.000Z\"}");
    g_autoptr(HttpDouble) server = http_double_start(answer);
    g_autoptr(GError) error = NULL;
    g_autoptr(PoToken) token = fetch(http_double_url(server), AMPLE_MS, -1, &error);
    g_autofree char *request = NULL;

    g_assert_no_error(error);
    g_assert_cmpstr(token->token, ==, "MnRva2Vu");
    request = http_double_last_request(server);
    g_assert_true(g_str_has_prefix(request, "POST /get_pot HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(request, "\r\nContent-Type: application/json\r\n"));
    g_assert_nonnull(strstr(request, "aqz-KE-bpKQ"));
    g_assert_nonnull(strstr(request, "secret@127.0.0.1:1080"));
}

static void test_a_prefix_of_the_url_is_kept(void)
{
    g_autofree char *answer = http_double_json(200, "{\"po_token\":\"MnRva2Vu\"}");
    g_autoptr(HttpDouble) server = http_double_start(answer);
    g_autofree char *url = g_strconcat(http_double_url(server), "/pot/", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(PoToken) token = fetch(url, AMPLE_MS, -1, &error);
    g_autofree char *request = http_double_last_request(server);

    g_assert_no_error(error);
    g_assert_nonnull(token);
    g_assert_true(g_str_has_prefix(request, "POST /pot/get_pot HTTP/1.1\r\n"));
}

static void assert_fails(const char *answer, const char *told)
{
    g_autoptr(HttpDouble) server = http_double_start(answer);
    g_autoptr(GError) error = NULL;

    g_assert_null(fetch(http_double_url(server), AMPLE_MS, -1, &error));
    g_assert_nonnull(error);
    g_assert_false(g_error_matches(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING));
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, told));
    g_assert_null(strstr(error->message, "secret"));
}

static void test_what_the_provider_does_wrong_is_told(void)
{
    g_autofree char *failed =
        http_double_json(500, "{\"error\":\"no route through socks5://me:secret@127.0.0.1:1080\"}");
    g_autofree char *garbage = http_double_json(200, "<html>");
    g_autofree char *huge_body = g_strnfill(200 * 1024, 'x');
    g_autofree char *huge = http_double_json(200, huge_body);

    assert_fails(failed, "status 500");
    assert_fails(garbage, "<html>");
    assert_fails(huge, "no usable answer");
    assert_fails("", "no usable answer");
    assert_fails("nonsense\r\n\r\n", "no usable answer");
}

static void test_a_provider_that_is_not_there_is_told(void)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", test_free_port());
    g_autoptr(GError) error = NULL;

    g_assert_null(fetch(url, AMPLE_MS, -1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_GENERIC);
    g_assert_nonnull(strstr(error->message, url));
}

static void test_a_slow_provider_gets_its_time_and_no_more(void)
{
    g_autoptr(HttpDouble) server = http_double_start(NULL);
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();

    g_assert_null(fetch(http_double_url(server), 300, -1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_GENERIC);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 290 * 1000);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
}

/*
 * In the place of libc's, for libcurl too: it comes to no end until it is let go. The other tests
 * look no name up. What libcurl leaves behind goes on in its thread, so it is let go by the test.
 */
static gint lookups; /* atomic; in work */
static gint let_go;  /* atomic */

int getaddrinfo(const char *node G_GNUC_UNUSED, const char *service G_GNUC_UNUSED,
                const struct addrinfo *hints G_GNUC_UNUSED, struct addrinfo **result G_GNUC_UNUSED)
{
    g_atomic_int_inc(&lookups);
    test_await(g_atomic_int_get(&let_go));
    g_atomic_int_add(&lookups, -1);
    return EAI_NONAME;
}

static void test_a_name_that_is_looked_up_for_long_is_not_waited_for(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(fetch("http://slow.invalid:4416", 200, -1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_GENERIC);
    g_assert_cmpint(g_atomic_int_get(&lookups), ==, 1);
    g_atomic_int_set(&let_go, TRUE);
    test_await(g_atomic_int_get(&lookups) == 0);
}

static gpointer cancel_when_asked(gpointer data)
{
    gpointer *both = data;
    guint64 one = 1;

    test_await(http_double_count(both[0]) > 0);
    g_assert_cmpint(write(GPOINTER_TO_INT(both[1]), &one, sizeof one), ==, sizeof one);
    return NULL;
}

static void test_a_shutdown_does_not_wait_for_the_provider(void)
{
    g_autoptr(HttpDouble) server = http_double_start(NULL);
    int cancel_fd = eventfd(0, EFD_CLOEXEC);
    gpointer both[] = {server, GINT_TO_POINTER(cancel_fd)};
    GThread *canceller = g_thread_new("cancel", cancel_when_asked, both);
    g_autoptr(GError) error = NULL;

    g_assert_null(fetch(http_double_url(server), AMPLE_MS, cancel_fd, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING);
    g_thread_join(canceller);
    close(cancel_fd);
}

static void test_a_url_that_is_none_is_refused(void)
{
    const char *const urls[] = {"",        "127.0.0.1:4416", "ftp://h",
                                "http://", "http://h?x=1",   "http://me:secret@"};

    for (guint i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(pot_client_new(urls[i], &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "--pot-provider-url"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pot-client/it-posts-the-video-and-the-proxy-and-takes-the-token",
                    test_it_posts_the_video_and_the_proxy_and_takes_the_token);
    g_test_add_func("/pot-client/a-prefix-of-the-url-is-kept", test_a_prefix_of_the_url_is_kept);
    g_test_add_func("/pot-client/what-the-provider-does-wrong-is-told",
                    test_what_the_provider_does_wrong_is_told);
    g_test_add_func("/pot-client/a-provider-that-is-not-there-is-told",
                    test_a_provider_that_is_not_there_is_told);
    g_test_add_func("/pot-client/a-slow-provider-gets-its-time-and-no-more",
                    test_a_slow_provider_gets_its_time_and_no_more);
    g_test_add_func("/pot-client/a-name-that-is-looked-up-for-long-is-not-waited-for",
                    test_a_name_that_is_looked_up_for_long_is_not_waited_for);
    g_test_add_func("/pot-client/a-shutdown-does-not-wait-for-the-provider",
                    test_a_shutdown_does_not_wait_for_the_provider);
    g_test_add_func("/pot-client/a-url-that-is-none-is-refused",
                    test_a_url_that_is_none_is_refused);
    return g_test_run();
}
