#include "relay/media_cookies.h"

static void check(const char *text, const char *lines)
{
    g_auto(GStrv) cookies = media_cookies_parse(text);
    g_autofree char *joined = g_strjoinv("|", cookies);

    g_assert_cmpstr(joined, ==, lines);
}

static void test_cookies_become_lines(void)
{
    check("a=1; Domain=.h.example; Path=/v; Secure; Expires=1795595784",
          ".h.example\tTRUE\t/v\tTRUE\t0\ta\t1");
    check("a=1; Domain=h.example; b=2; Domain=.i.example; Path=/",
          "h.example\tFALSE\t/\tFALSE\t0\ta\t1|.i.example\tTRUE\t/\tFALSE\t0\tb\t2");
    check("secure=1; Domain=h", "h\tFALSE\t/\tFALSE\t0\tsecure\t1");
    check("a=; Domain=h", "h\tFALSE\t/\tFALSE\t0\ta\t");
}

static void test_values_lose_their_quotes(void)
{
    check("a=\"x==\"; Domain=h", "h\tFALSE\t/\tFALSE\t0\ta\tx==");
    check("a=\"x\\\"y\\\\z\\073\\054\"; Domain=h", "h\tFALSE\t/\tFALSE\t0\ta\tx\"y\\z;,");
    check("a=\"; Domain=h", "h\tFALSE\t/\tFALSE\t0\ta\t\"");
    check("a=\"\\\"; Domain=h", "h\tFALSE\t/\tFALSE\t0\ta\t\\");
    check("a=\"\\07\"; Domain=h", "h\tFALSE\t/\tFALSE\t0\ta\t07");
}

static void test_what_cannot_be_placed_is_left_out(void)
{
    check(NULL, "");
    check("", "");
    check(";;; ", "");
    check("a=1", "");
    check("a=1; Path=/", "");
    check("a=1; Domain=", "");
    check("a=\"x\\012y\"; Domain=h; b=2; Domain=h", "h\tFALSE\t/\tFALSE\t0\tb\t2");
    check("a\t=1; Domain=h", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-cookies/lines", test_cookies_become_lines);
    g_test_add_func("/media-cookies/quotes", test_values_lose_their_quotes);
    g_test_add_func("/media-cookies/left-out", test_what_cannot_be_placed_is_left_out);
    return g_test_run();
}
