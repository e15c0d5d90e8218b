/* What the relay does not open, and how it goes through proxies. */
#include <string.h>

#include "../proxies/real_proxy.h"
#include "upstream_bed.h"
#include "ytops/error.h"

static const UpstreamRequest open_to_all = {.allow_private = TRUE, .chunk_timeout_ms = 10 * 1000};
static const UpstreamRequest guarded = {.chunk_timeout_ms = 10 * 1000};

static void assert_refused(const Story *story, const char *words)
{
    g_assert_false(story->end.ok);
    g_assert_cmpint(story->end.error, ==, RELAY_ERROR_CONNECT);
    if (strstr(story->end.message, words) == NULL)
        g_error("no '%s' in '%s'", words, story->end.message);
    g_assert_cmpuint(story->n_heads, ==, 0);
}

static Story *get(UpstreamBed *bed, const char *url, const UpstreamRequest *like)
{
    UpstreamRequest request = *like;
    Story *story;

    request.url = url;
    story = upstream_bed_begin(bed, NULL, &request);
    upstream_bed_finish(story);
    return story;
}

/* ---- addresses ----------------------------------------------------------------------------- */

static void private_addresses_are_not_opened(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autofree char *url = script_server_url(bed->server, "/bytes/10");

    assert_refused(get(bed, url, &guarded), "a loopback address");
    assert_refused(get(bed, "http://169.254.169.254/latest", &guarded), "a link-local address");
    g_assert_cmpuint(script_server_count_connections(bed->server), ==, 0);
    g_assert_true(get(bed, url, &open_to_all)->end.ok);
}

/* The machine's own name stands for any name that leads inside. */
static void names_of_private_addresses_are_not_opened(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autofree char *url = g_strdup_printf("http://%s:%u/bytes/10", g_get_host_name(),
                                           script_server_port(bed->server));
    Story *story = get(bed, url, &guarded);

    g_assert_false(story->end.ok);
    /* Connections are counted in the order in which they came: one before would show now. */
    g_assert_true(upstream_bed_get(bed, "/bytes/10")->end.ok);
    g_assert_cmpuint(script_server_count_connections(bed->server), ==, 1);
}

static void a_kept_connection_does_not_get_round_the_guard(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autofree char *url =
        g_strdup_printf("http://ip6-localhost-or-%u.invalid/", script_server_port(bed->server));
    g_autofree char *name = g_strdup(g_get_host_name());
    g_autofree char *named =
        g_strdup_printf("http://%s:%u/bytes/10", name, script_server_port(bed->server));

    g_assert_false(get(bed, url, &guarded)->end.ok);
    if (!get(bed, named, &open_to_all)->end.ok) {
        g_test_skip("the machine's name does not lead to its loopback address");
        return;
    }
    assert_refused(get(bed, named, &guarded), "--relay-allow-private");
    g_assert_cmpuint(script_server_count_requests(bed->server), ==, 1);
}

/* ---- redirects ----------------------------------------------------------------------------- */

static void redirects_are_followed_and_told(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story;

    script_server_set_location(bed->server, "/bytes/100");
    story = upstream_bed_get(bed, "/redirect");
    g_assert_true(story->end.ok);
    g_assert_cmpuint(story->length, ==, 100);
    g_assert_true(story->matches);
    g_assert_true(g_str_has_suffix(story->head.effective_url, "/bytes/100"));
    g_assert_cmpuint(story->n_heads, ==, 1);
}

static void redirects_to_what_is_not_http_are_refused(void)
{
    static const char *const bad[] = {"file:///etc/passwd", "FILE:/etc/passwd",
                                      "ftp://1.1.1.1/",     "gopher://1.1.1.1/",
                                      "dict://1.1.1.1/",    "data:text/plain,x"};
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        Story *story;

        script_server_set_location(bed->server, bad[i]);
        story = upstream_bed_get(bed, "/redirect");
        assert_refused(story, "it redirects");
    }
}

static void redirects_without_end_are_given_up(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story;

    script_server_set_location(bed->server, "/redirect");
    story = upstream_bed_get(bed, "/redirect");
    assert_refused(story, "it redirects too often");
    g_assert_cmpuint(script_server_count_requests(bed->server), ==, 11);
}

/* ---- proxies ------------------------------------------------------------------------------- */

static void a_socks5_proxy_with_a_password_carries_it(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autoptr(RealProxy) proxy = real_proxy_start_socks5("127.0.0.1", "anna", "p@ss");
    g_autofree char *right =
        g_strdup_printf("socks5h://anna:p%%40ss@127.0.0.1:%u", real_proxy_port(proxy));
    g_autofree char *wrong =
        g_strdup_printf("socks5h://anna:secret@127.0.0.1:%u", real_proxy_port(proxy));
    g_autofree char *url = script_server_url(bed->server, "/bytes/70000");
    UpstreamRequest request = open_to_all;
    Story *story;

    request.proxy_url = right;
    story = get(bed, url, &request);
    g_assert_true(story->end.ok);
    g_assert_cmpuint(story->length, ==, 70000);
    request.proxy_url = wrong;
    story = get(bed, url, &request);
    assert_refused(story, "proxy");
    g_assert_null(strstr(story->end.message, "secret"));
}

static void an_http_proxy_carries_it(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autoptr(RealProxy) proxy = real_proxy_start_http("anna", "word");
    g_autofree char *right =
        g_strdup_printf("http://anna:word@127.0.0.1:%u", real_proxy_port(proxy));
    g_autofree char *wrong =
        g_strdup_printf("http://anna:bad@127.0.0.1:%u", real_proxy_port(proxy));
    g_autofree char *url = script_server_url(bed->server, "/bytes/70000");
    UpstreamRequest request = open_to_all;
    Story *story;

    request.proxy_url = right;
    story = get(bed, url, &request);
    g_assert_true(story->end.ok);
    g_assert_cmpuint(story->length, ==, 70000);
    request.proxy_url = wrong;
    story = get(bed, url, &request);
    g_assert_cmpint(story->end.error, ==, RELAY_ERROR_STATUS);
    /* tinyproxy says 401 where the protocol has 407. */
    g_assert_true(story->end.status == 407 || story->end.status == 401);
}

static void a_proxy_that_is_not_there_is_no_connection(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    UpstreamRequest request = open_to_all;

    request.proxy_url = "socks5://127.0.0.1:1";
    assert_refused(get(bed, "http://127.0.0.1:2/", &request), "no connection");
}

/* The scripted server plays the proxy: it is sent the whole URL. */
static void a_proxy_may_be_private_but_not_a_literal_behind_it(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    g_autofree char *proxy = script_server_url(bed->server, "");
    UpstreamRequest request = guarded;
    Story *story;

    request.proxy_url = proxy;
    g_assert_true(get(bed, "http://media.example/bytes/10", &request)->end.ok);
    assert_refused(get(bed, "http://10.0.0.1/bytes/10", &request), "a private address");
    assert_refused(get(bed, "http://localhost/bytes/10", &request), "a loopback address");
    g_assert_cmpuint(script_server_count_requests(bed->server), ==, 1);
    script_server_set_location(bed->server, "http://0x7f.1/bytes/10");
    story = get(bed, "http://media.example/redirect", &request);
    assert_refused(story, "it redirects, and the URL");
    script_server_set_location(bed->server, "//[::ffff:10.1.2.3]:80/bytes/10");
    assert_refused(get(bed, "http://media.example/redirect", &request), "a private address");
    g_assert_cmpuint(script_server_count_requests(bed->server), ==, 3);
}

static void the_environment_has_no_say_about_proxies(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    g_setenv("http_proxy", "http://127.0.0.1:1", TRUE);
    g_assert_true(upstream_bed_get(bed, "/bytes/10")->end.ok);
    g_unsetenv("http_proxy");
}

/* ---- URLs ---------------------------------------------------------------------------------- */

static void a_url_is_checked_before_it_is_used(void)
{
    static const struct {
        const char *url;
        gboolean allow_private;
        gboolean good;
    } cases[] = {
        {"http://example.com/a?b=c", FALSE, TRUE},
        {"HTTPS://example.com", FALSE, TRUE},
        {"http://8.8.8.8/", FALSE, TRUE},
        {"http://[2001:4860:4860::8888]/", FALSE, TRUE},
        {"http://127.0.0.1/", TRUE, TRUE},
        {"http://127.0.0.1/", FALSE, FALSE},
        {"http://2130706433/", FALSE, FALSE},
        {"http://0x7f000001/", FALSE, FALSE},
        {"http://0177.1/", FALSE, FALSE},
        {"http://127.0.0.1./", FALSE, FALSE},
        {"http://LOCALHOST/", FALSE, FALSE},
        {"http://a.localhost/", FALSE, FALSE},
        {"http://[::1]/", FALSE, FALSE},
        {"http://[::ffff:7f00:1]/", FALSE, FALSE},
        {"http://[fe80::1%25eth0]/", FALSE, FALSE},
        {"http://user@10.0.0.1/", FALSE, FALSE},
        {"file:///etc/passwd", TRUE, FALSE},
        {"/etc/passwd", TRUE, FALSE},
        {"http://", TRUE, FALSE},
        {"", TRUE, FALSE},
        {"rtsp://example.com/", TRUE, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gboolean good = upstream_url_check(cases[i].url, cases[i].allow_private, &error);

        if (good != cases[i].good)
            g_error("%s: %s", cases[i].url, error != NULL ? error->message : "taken");
        if (!good)
            g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/upstream/guard/" #name, name)
    ADD(private_addresses_are_not_opened);
    ADD(names_of_private_addresses_are_not_opened);
    ADD(a_kept_connection_does_not_get_round_the_guard);
    ADD(redirects_are_followed_and_told);
    ADD(redirects_to_what_is_not_http_are_refused);
    ADD(redirects_without_end_are_given_up);
    ADD(a_socks5_proxy_with_a_password_carries_it);
    ADD(an_http_proxy_carries_it);
    ADD(a_proxy_that_is_not_there_is_no_connection);
    ADD(a_proxy_may_be_private_but_not_a_literal_behind_it);
    ADD(the_environment_has_no_say_about_proxies);
    ADD(a_url_is_checked_before_it_is_used);
    return g_test_run();
}
