/*
 * The text of a reply's head, and what can never get into it; the comparison of tokens.
 */
#include <string.h>

#include "http/http_auth.h"
#include "http/http_head.h"

static char *format(const HttpHead *head, const HttpHeadFacts *facts)
{
    g_autoptr(GBytes) bytes = http_head_format(head, facts);
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    return g_strndup(text, length);
}

static void test_text(void)
{
    g_autoptr(HttpHead) head = http_head_new();
    HttpHeadFacts facts = {.status = 206,
                           .minor = 1,
                           .keep_alive = TRUE,
                           .framing = HTTP_FRAMING_LENGTH,
                           .length = 5000000000,
                           .now_s = 784111777};
    http_head_set(head, "Content-Type", "video/mp4");
    http_head_set(head, "content-type", "video/mp2t");
    g_autofree char *text = format(head, &facts);
    g_assert_cmpstr(text, ==,
                    "HTTP/1.1 206 Partial Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                    "Content-Length: 5000000000\r\nContent-Type: video/mp2t\r\n\r\n");
}

static void test_no_splitting(void)
{
    g_autoptr(HttpHead) head = http_head_new();
    HttpHeadFacts facts = {.status = 200, .minor = 1, .keep_alive = TRUE};
    http_head_set(head, "Location", "/a\r\nSet-Cookie: x\n\r\n\x01<b>\t");
    http_head_set(head, "Bad\r\nName", "x");
    http_head_set(head, "", "x");
    http_head_set(head, "Transfer-Encoding", "chunked");
    http_head_set(head, "content-length", "1");
    http_head_set(head, "Connection", "upgrade");
    g_autofree char *text = format(head, &facts);
    g_assert_true(g_str_has_suffix(text, " GMT\r\nLocation: /aSet-Cookie: x<b>\r\n\r\n"));
}

static void test_framing(void)
{
    g_assert_cmpint(http_head_choose_framing(200, 0, 1), ==, HTTP_FRAMING_LENGTH);
    g_assert_cmpint(http_head_choose_framing(200, 7, 0), ==, HTTP_FRAMING_LENGTH);
    g_assert_cmpint(http_head_choose_framing(200, -1, 1), ==, HTTP_FRAMING_CHUNKED);
    g_assert_cmpint(http_head_choose_framing(200, -1, 0), ==, HTTP_FRAMING_CLOSE);
    g_assert_cmpint(http_head_choose_framing(204, 0, 1), ==, HTTP_FRAMING_NONE);
    g_assert_cmpint(http_head_choose_framing(304, -1, 0), ==, HTTP_FRAMING_NONE);
}

static void test_token(void)
{
    static const struct {
        const char *given;
        gboolean equal;
    } cases[] = {{"secret", TRUE}, {"secreT", FALSE}, {"Secret", FALSE},      {"secre", FALSE},
                 {"", FALSE},      {"s", FALSE},      {"secretsecret", FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(http_auth_equal(cases[i].given, "secret"), ==, cases[i].equal);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http_head/text", test_text);
    g_test_add_func("/http_head/no_splitting", test_no_splitting);
    g_test_add_func("/http_head/framing", test_framing);
    g_test_add_func("/http_head/token", test_token);
    return g_test_run();
}
