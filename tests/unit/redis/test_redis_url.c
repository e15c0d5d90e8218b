#include "redis/redis_url.h"

#include <string.h>

#include "ytops/error.h"

static const struct {
    const char *text;
    const char *path, *host, *port, *user, *password;
    guint database;
    const char *display;
} good[] = {
    {"redis://localhost", NULL, "localhost", "6379", NULL, NULL, 0, "redis://localhost:6379/0"},
    {"REDIS://localhost/", NULL, "localhost", "6379", NULL, NULL, 0, "redis://localhost:6379/0"},
    {"redis://h:1/15", NULL, "h", "1", NULL, NULL, 15, "redis://h:1/15"},
    {"redis://10.0.0.7:65535", NULL, "10.0.0.7", "65535", NULL, NULL, 0,
     "redis://10.0.0.7:65535/0"},
    {"redis://redis_1.my-net:06380", NULL, "redis_1.my-net", "6380", NULL, NULL, 0,
     "redis://redis_1.my-net:6380/0"},
    {"redis://[::1]", NULL, "::1", "6379", NULL, NULL, 0, "redis://[::1]:6379/0"},
    {"redis://[fe80::1%eth0]:7/2", NULL, "fe80::1%eth0", "7", NULL, NULL, 2,
     "redis://[fe80::1%eth0]:7/2"},
    {"redis://:geheim@h", NULL, "h", "6379", NULL, "geheim", 0, "redis://:***@h:6379/0"},
    {"redis://ann:geheim@h:8/1", NULL, "h", "8", "ann", "geheim", 1, "redis://ann:***@h:8/1"},
    {"redis://a%40b:p%3Aq%2F%25@h", NULL, "h", "6379", "a@b", "p:q/%", 0,
     "redis://a%40b:***@h:6379/0"},
    {"redis://:p@ss/w?rd#x@h/3", NULL, "h", "6379", NULL, "p@ss/w?rd#x", 3,
     "redis://:***@h:6379/3"},
    {"redis://:p:q@h", NULL, "h", "6379", NULL, "p:q", 0, "redis://:***@h:6379/0"},
    {"redis://:p\xc3\xa4ss@h", NULL, "h", "6379", NULL, "p\xc3\xa4ss", 0, "redis://:***@h:6379/0"},
    {"redis://:@h", NULL, "h", "6379", NULL, NULL, 0, "redis://h:6379/0"},
    {"unix:///run/redis.sock", "/run/redis.sock", NULL, NULL, NULL, NULL, 0,
     "unix:///run/redis.sock?db=0"},
    {"unix:///run/redis.sock?db=4", "/run/redis.sock", NULL, NULL, NULL, NULL, 4,
     "unix:///run/redis.sock?db=4"},
    {"unix:///r?password=geheim&db=2", "/r", NULL, NULL, NULL, "geheim", 2,
     "unix:///r?db=2&password=***"},
    {"unix:///r?db=2&password=a%26b%20c@d?e", "/r", NULL, NULL, NULL, "a&b c@d?e", 2,
     "unix:///r?db=2&password=***"},
    {"unix:///a%20b/c%3Fd", "/a b/c?d", NULL, NULL, NULL, NULL, 0, "unix:///a%20b/c%3Fd?db=0"},
    {"unix:///r?", "/r", NULL, NULL, NULL, NULL, 0, "unix:///r?db=0"},
    {"unix:///r?password=", "/r", NULL, NULL, NULL, NULL, 0, "unix:///r?db=0"},
};

static void test_good(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RedisUrl) url = redis_url_parse(good[i].text, &error);

        g_test_message("%s", good[i].text);
        g_assert_no_error(error);
        g_assert_cmpstr(url->path, ==, good[i].path);
        g_assert_cmpstr(url->host, ==, good[i].host);
        g_assert_cmpstr(url->port, ==, good[i].port);
        g_assert_cmpstr(url->user, ==, good[i].user);
        g_assert_cmpstr(url->password, ==, good[i].password);
        g_assert_cmpuint(url->database, ==, good[i].database);
        g_assert_cmpstr(url->display, ==, good[i].display);
    }
}

/* `names` is what the message must show for the user to find the fault. */
static const struct {
    const char *text;
    const char *names;
} bad[] = {
    {NULL, "neither with redis://"},
    {"", "neither with redis://"},
    {"localhost:6379", "neither with redis://"},
    {"http://localhost", "neither with redis://"},
    {"redis:/localhost", "neither with redis://"},
    {"rediss://:geheim@h", "TLS"},
    {"redis://", "host ''"},
    {"redis://:6379", "host ''"},
    {"redis:///0", "host ''"},
    {"redis://ho st", "host 'ho st'"},
    {"redis://h\n", "host 'h\n'"},
    {"redis://h:", "port ''"},
    {"redis://h:0", "port '0'"},
    {"redis://h:65536", "port '65536'"},
    {"redis://h:-1", "port '-1'"},
    {"redis://h:6379x", "port '6379x'"},
    {"redis://h:99999999999999999999", "port '99999999999999999999'"},
    {"redis://h/x", "database 'x'"},
    {"redis://h/-1", "database '-1'"},
    {"redis://h/1/2", "database '1/2'"},
    {"redis://h/2147483648", "database '2147483648'"},
    {"redis://h?db=1", "query"},
    {"redis://h/1#f", "query or fragment"},
    {"redis://[::1", "'[' without"},
    {"redis://[]", "host ''"},
    {"redis://[::1]x", "'x' follows"},
    {"redis://[h/]", "database ']'"},
    {"redis://geheim@h", "no ':'"},
    {"redis://ann:@h", "empty password"},
    {"redis://:gehe%im@h", "password"},
    {"redis://:gehe%00im@h", "password"},
    {"redis://an%zn:geheim@h", "user"},
    {"redis://:geheim@", "host ''"},
    {"redis://:geheim@h:x", "port 'x'"},
    {"redis://:gehe/im@h/x", "database 'x'"},
    {"unix://", "begin with '/'"},
    {"unix://relative/redis.sock", "begin with '/'"},
    {"unix:///a%zz", "path"},
    {"unix:///a?db=x", "database 'x'"},
    {"unix:///a?geheim", "neither db= nor password="},
    {"unix:///a?user=u&password=geheim", "neither db= nor password="},
    {"unix:///a?password=geheim%", "password"},
    {"unix:///a&password=geheim", "'?' must stand before"},
};

static void test_bad(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(RedisUrl) url = redis_url_parse(bad[i].text, &error);

        g_test_message("%s", bad[i].text);
        g_assert_null(url);
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, bad[i].names));
        g_assert_nonnull(strstr(error->message, "unix:///path"));
        g_assert_null(strstr(error->message, "geh"));
        g_assert_null(strstr(error->message, "im@"));
    }
}

static char *socket_url(gsize path_length)
{
    g_autofree char *name = g_strnfill(path_length - 1, 'x');

    return g_strconcat("unix:///", name, NULL);
}

static void test_path_length(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *longest = socket_url(REDIS_URL_MAX_SOCKET_PATH);
    g_autofree char *too_long = socket_url(REDIS_URL_MAX_SOCKET_PATH + 1);
    g_autoptr(RedisUrl) url = redis_url_parse(longest, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(strlen(url->path), ==, REDIS_URL_MAX_SOCKET_PATH);
    g_assert_null(redis_url_parse(too_long, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "has 108 bytes, and a socket's can have 107"));
}

/* What is shown can be given again, but for the password. */
static void test_display_parses(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(RedisUrl) url = redis_url_parse(good[i].display, NULL);

        g_assert_nonnull(url);
        g_assert_cmpstr(url->display, ==, good[i].display);
        g_assert_cmpstr(url->path, ==, good[i].path);
        g_assert_cmpstr(url->host, ==, good[i].host);
        g_assert_cmpstr(url->user, ==, good[i].user);
    }
}

/* Any prefix of a good URL, and any one byte changed, is taken or refused, and never crashes. */
static void test_mangled(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        for (gsize at = 0; at < strlen(good[i].text); at++) {
            const char with[] = "%:@/[]?#\x01\xff";
            for (gsize k = 0; k < sizeof with; k++) {
                g_autofree char *text = g_strdup(good[i].text);
                g_autoptr(GError) error = NULL;
                g_autoptr(RedisUrl) url = NULL;

                text[at] = with[k];
                url = redis_url_parse(text, &error);
                g_assert_true((url == NULL) == (error != NULL));
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redis/url/good-ones-come-apart", test_good);
    g_test_add_func("/redis/url/bad-ones-name-the-fault-and-no-password", test_bad);
    g_test_add_func("/redis/url/socket-path-fits-an-address", test_path_length);
    g_test_add_func("/redis/url/display-form-is-a-url", test_display_parses);
    g_test_add_func("/redis/url/mangled-ones-are-survived", test_mangled);
    return g_test_run();
}
