/* What a proxy's URL may look like, what a bad one is told, and that no password shows. */
#include "ytops/error.h"
#include "ytops/proxy_url.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    const char *text;
    YtopsProxyScheme scheme;
    const char *host;
    guint16 port;
    const char *user;
    const char *password;
} GoodCase;

static const GoodCase good_cases[] = {
    {"socks5://10.0.0.1:1080", YTOPS_PROXY_SOCKS5, "10.0.0.1", 1080, NULL, NULL},
    {"socks5h://proxy.example:1", YTOPS_PROXY_SOCKS5H, "proxy.example", 1, NULL, NULL},
    {"socks4://h:65535", YTOPS_PROXY_SOCKS4, "h", 65535, NULL, NULL},
    {"socks4a://h:9", YTOPS_PROXY_SOCKS4A, "h", 9, NULL, NULL},
    {"https://h:443", YTOPS_PROXY_HTTPS, "h", 443, NULL, NULL},
    {"HTTP://User@h:3128/", YTOPS_PROXY_HTTP, "h", 3128, "User", NULL},
    {"socks5://u:p@h:1080", YTOPS_PROXY_SOCKS5, "h", 1080, "u", "p"},
    {"socks5://u:@h:1080", YTOPS_PROXY_SOCKS5, "h", 1080, "u", ""},
    {"socks5://u%40x:p%3a%2F%25@h:1080", YTOPS_PROXY_SOCKS5, "h", 1080, "u@x", "p:/%"},
    {"socks5://u:p@w:q@h:1080", YTOPS_PROXY_SOCKS5, "h", 1080, "u", "p@w:q"},
    {"socks5://[::1]:1080", YTOPS_PROXY_SOCKS5, "::1", 1080, NULL, NULL},
    {"http://u:p@[2001:db8::7]:80", YTOPS_PROXY_HTTP, "2001:db8::7", 80, "u", "p"},
};

static void test_good_urls(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good_cases); i++) {
        const GoodCase *c = &good_cases[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(YtopsProxyUrl) url = ytops_proxy_url_parse(c->text, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(url->text, ==, c->text);
        g_assert_cmpint(url->scheme, ==, c->scheme);
        g_assert_cmpstr(url->host, ==, c->host);
        g_assert_cmpint(url->port, ==, c->port);
        g_assert_cmpstr(url->user, ==, c->user);
        g_assert_cmpstr(url->password, ==, c->password);
    }
}

typedef struct {
    const char *text;
    const char *complaint; /* must be in the message */
} BadCase;

static const BadCase bad_cases[] = {
    {NULL, "is empty"},
    {"", "is empty"},
    {"h:1080", "no scheme"},
    {"://h:1080", "scheme is not known"},
    {"ftp://h:1080", "scheme is not known"},
    {"socks5://", "host is missing"},
    {"socks5://:1080", "host is missing"},
    {"socks5://h", "port is missing"},
    {"socks5://h:", "port is missing"},
    {"socks5://[::1]", "port is missing"},
    {"socks5://h:0", "port \"0\""},
    {"socks5://h:65536", "port \"65536\""},
    {"socks5://h:-1", "port \"-1\""},
    {"socks5://h:+80", "port \"+80\""},
    {"socks5://h:80x", "port \"80x\""},
    {"socks5://h:99999999999999999999999", "no number from 1 to 65535"},
    {"socks5://::1:1080", "in brackets"},
    {"socks5://[::1:1080", "no closing bracket"},
    {"socks5://[::1]1080", "must come :port"},
    {"socks5://[10.0.0.1]:1080", "no IPv6 address"},
    {"socks5://[]:1080", "no IPv6 address"},
    {"socks5://ho$t:1080", "'$'"},
    {"socks5://@h:1080", "user name before @ is empty"},
    {"socks5://:secret@h:1080", "user name before @ is empty"},
    {"socks5://u:secret%@h:1080", "broken %XX"},
    {"socks5://u:secret%zz@h:1080", "broken %XX"},
    {"socks5://u:secret%00@h:1080", "broken %XX"},
    {"http://u%3Av:secret@h:1080", "cannot have a colon"},
    {"socks5://u:secret/x@h:1080", "%2F"},
    {"socks5://u:secret#x@h:1080", "%2F"},
    {"socks5://h:1080/path", "nothing may follow"},
    {"socks5://h:1080?x=1", "nothing may follow"},
    {"socks5://h:1080 ", "byte 0x20 at offset 15"},
    {"socks5://h\r\n:1080", "byte 0x0d"},
    {"socks5://\xc3\xbc:1080", "byte 0xc3"},
    {"socks5://u:secret@ho$t:1080", "'$'"},
    {"u:secret@h:1080", "no scheme"},
    {"http://10.0.0.1:8080:u:secret", "more than one colon"},
    {"http://u:secret:10.0.0.1:8080", "more than one colon"},
    {"http://[::1]:8080:u:secret", "must come :port"},
    {"10.0.0.1:8080:u:secret", "no scheme"},
};

static void test_bad_urls(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ytops_proxy_url_parse(bad_cases[i].text, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        if (strstr(error->message, bad_cases[i].complaint) == NULL)
            g_error("\"%s\" does not say \"%s\"", error->message, bad_cases[i].complaint);
        g_assert_null(strstr(error->message, "secret"));
    }
}

static void test_socks5_credentials_fit_into_one_byte_of_length(void)
{
    g_autofree char *fits = g_strnfill(255, 'x');
    g_autofree char *too_long = g_strnfill(256, 'x');
    g_autofree char *good = g_strdup_printf("socks5://%s:%s@h:1", fits, fits);
    g_autofree char *bad = g_strdup_printf("socks5://u:%s@h:1", too_long);
    g_autofree char *http = g_strdup_printf("http://u:%s@h:1", too_long);
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsProxyUrl) first = ytops_proxy_url_parse(good, NULL);
    g_autoptr(YtopsProxyUrl) second = ytops_proxy_url_parse(bad, &error);
    g_autoptr(YtopsProxyUrl) third = ytops_proxy_url_parse(http, NULL);
    g_assert_nonnull(first);
    g_assert_null(second);
    g_assert_nonnull(strstr(error->message, "password is longer than the 255 bytes"));
    g_assert_nonnull(third);
}

static void test_text_is_limited(void)
{
    g_autofree char *text = g_strnfill(1 << 20, 'x');
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_proxy_url_parse(text, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_cmpuint(strlen(error->message), <, 200);
}

static void test_display(void)
{
    static const char *const cases[][2] = {
        {"socks5://u:p@h:1", "socks5://u:***@h:1"},
        {"socks5://u:p/q@w@h:1", "socks5://u:***@h:1"},
        {"u:p@h:1", "u:***@h:1"},
        {"socks5://u@h:1", "socks5://u@h:1"},
        {"socks5://h:1", "socks5://h:1"},
        {"socks5://[::1]:1", "socks5://[::1]:1"},
        {"socks5://h:1:u:p", "socks5://h:***"},
        {"socks5://[::1]:1:u:p", "socks5://[::1]:***"},
        {"h:1:u:p", "h:***"},
        {"x@y://z", "x@y://z"},
        {NULL, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *display = ytops_proxy_display(cases[i][0]);
        g_assert_cmpstr(display, ==, cases[i][1]);
    }
}

/* ---- lists ------------------------------------------------------------------------------ */

static char *join(const GPtrArray *proxies)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < proxies->len; i++) {
        const YtopsProxyUrl *url = g_ptr_array_index(proxies, i);
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", url->text);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void assert_list(const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) proxies = ytops_proxy_list_parse(text, &error);
    g_assert_no_error(error);
    g_autofree char *joined = join(proxies);
    g_assert_cmpstr(joined, ==, expected);
}

static void assert_bad_list(const char *text, const char *first, const char *second)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_proxy_list_parse(text, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    if (strstr(error->message, first) == NULL || strstr(error->message, second) == NULL)
        g_error("\"%s\" does not say \"%s\" and \"%s\"", error->message, first, second);
    g_assert_null(strstr(error->message, "secret"));
}

static void test_comma_list(void)
{
    assert_list("", "");
    assert_list(NULL, "");
    assert_list(" , ,", "");
    assert_list("socks5://a:1", "socks5://a:1");
    assert_list(" socks5://b:2 ,http://a:1,", "socks5://b:2 http://a:1");
    assert_bad_list("socks5://a:1,socks5://b", "entry 2", "port is missing");
    assert_bad_list("socks5://u:secret@a:1,x:1,socks5://u:secret@a:1", "entry 2", "no scheme");
    assert_bad_list("socks5://u:secret@a:1,,socks5://u:secret@a:1", "entry 3", "repeats");
    assert_bad_list("socks5://u:secret@a:1,http://b:1,socks5://u:secret@a:1", "of entry 1",
                    "socks5://u:***@a:1");
}

static void test_comma_in_a_password(void)
{
    assert_bad_list("socks5://u:secret,secret@a:1", "entry 2", "%2C");
    assert_list("socks5://u:a%2Cb@a:1", "socks5://u:a%2Cb@a:1");
}

static char *write_list(const char *content, gssize length)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("proxies-XXXXXX", &path, &error);
    g_assert_no_error(error);
    g_assert_true(g_close(fd, NULL));
    g_assert_true(g_file_set_contents(path, content, length, NULL));
    return g_steal_pointer(&path);
}

static void test_file_list(void)
{
    g_autofree char *path =
        write_list("# ours\n\n  socks5://u:a,b@a:1  \r\n#socks5://x:1\nhttp://b:2", -1);
    g_autofree char *text = g_strconcat("@", path, NULL);
    assert_list(text, "socks5://u:a,b@a:1 http://b:2");
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void test_bad_file_list(void)
{
    g_autofree char *path =
        write_list("# ours\n\nsocks5://u:secret@a:1\nsocks5://u:secret@a:1\n", -1);
    g_autofree char *text = g_strconcat("@", path, NULL);
    assert_bad_list(text, "line 4 of ", "line 3 of ");
    g_assert_true(g_file_set_contents(path, "\nsocks5://u:secret@a\n", -1, NULL));
    assert_bad_list(text, "line 2 of ", "port is missing");
    g_assert_true(g_file_set_contents(path, "socks5://a:1\0socks5://b:1", 25, NULL));
    assert_bad_list(text, "NUL byte", path);
    g_assert_cmpint(g_unlink(path), ==, 0);
    assert_bad_list(text, path, "cannot be read");
    assert_bad_list("@", "cannot be read", "");
    assert_bad_list("@/", "cannot be read", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proxy-url/good-urls", test_good_urls);
    g_test_add_func("/proxy-url/bad-urls-say-why-and-hide-the-password", test_bad_urls);
    g_test_add_func("/proxy-url/socks5-credentials-fit-into-one-byte-of-length",
                    test_socks5_credentials_fit_into_one_byte_of_length);
    g_test_add_func("/proxy-url/text-is-limited", test_text_is_limited);
    g_test_add_func("/proxy-url/display-hides-the-password", test_display);
    g_test_add_func("/proxy-list/commas", test_comma_list);
    g_test_add_func("/proxy-list/a-comma-in-a-password-shows-no-part-of-it",
                    test_comma_in_a_password);
    g_test_add_func("/proxy-list/file", test_file_list);
    g_test_add_func("/proxy-list/bad-file-names-the-line", test_bad_file_list);
    return g_test_run();
}
