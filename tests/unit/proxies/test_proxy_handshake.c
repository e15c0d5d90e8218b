/* Conversations with a proxy, as tables: what it says, in pieces of any size, and what we answer. */
#include "proxies/proxy_handshake.h"
#include "ytops/error.h"

#include <string.h>

enum { NO_ERROR = -1 };

typedef struct {
    const char *name;
    const char *url;
    const char *answers[3]; /* of the proxy, one after each thing we send */
    gsize answer_lengths[3];
    const char *sent; /* all we send, joined */
    gsize sent_length;
    ProxyHandshakeVerdict verdict;
    int code;
    const char *complaint;
} Conversation;

#define BYTES(text) text, sizeof(text) - 1
#define ANSWER(text)                                                                               \
    {text},                                                                                        \
    {                                                                                              \
        sizeof(text) - 1                                                                           \
    }
#define TWO_ANSWERS(a, b)                                                                          \
    {a, b},                                                                                        \
    {                                                                                              \
        sizeof(a) - 1, sizeof(b) - 1                                                               \
    }

#define OPEN "socks5://h:1"
#define WITH_PASSWORD "socks5h://user:pw@h:1"
#define GREETING "\x05\x01\x00"
#define GREETING_2 "\x05\x02\x00\x02"
#define CREDENTIALS "\x01\x04user\x02pw"
#define CONNECT "CONNECT t.example:443 HTTP/1.1\r\nHost: t.example:443\r\n"

static const Conversation conversations[] = {
    {"open", OPEN, ANSWER("\x05\x00"), BYTES(GREETING), PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"open, more follows", OPEN, ANSWER("\x05\x00xyz"), BYTES(GREETING), PROXY_HANDSHAKE_DONE,
     NO_ERROR, NULL},
    {"credentials not wanted", WITH_PASSWORD, ANSWER("\x05\x00"), BYTES(GREETING_2),
     PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"credentials accepted", WITH_PASSWORD, TWO_ANSWERS("\x05\x02", "\x01\x00"),
     BYTES(GREETING_2 CREDENTIALS), PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"user without password", "socks5://u@h:1", TWO_ANSWERS("\x05\x02", "\x01\x00"),
     BYTES(GREETING_2 "\x01\x01u\x00"), PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"credentials refused", WITH_PASSWORD, TWO_ANSWERS("\x05\x02", "\x01\x01"),
     BYTES(GREETING_2 CREDENTIALS), PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_SOCKS5_AUTH_FAILED,
     "refused the user and password"},
    {"no method, open", OPEN, ANSWER("\x05\xff"), BYTES(GREETING), PROXY_HANDSHAKE_FAILED,
     YTOPS_ERROR_SOCKS5_AUTH_FAILED, "asks for authentication"},
    {"no method, credentials", WITH_PASSWORD, ANSWER("\x05\xff"), BYTES(GREETING_2),
     PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_SOCKS5_AUTH_FAILED, "accepts neither"},
    {"method that was not offered", OPEN, ANSWER("\x05\x02"), BYTES(GREETING),
     PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_SOCKS5_AUTH_FAILED, "asks for authentication"},
    {"GSSAPI", WITH_PASSWORD, ANSWER("\x05\x01"), BYTES(GREETING_2), PROXY_HANDSHAKE_FAILED,
     YTOPS_ERROR_SOCKS5_PROTOCOL, "0x05 0x01"},
    {"an HTTP server", OPEN, ANSWER("HTTP/1.1 400 Bad Request\r\n"), BYTES(GREETING),
     PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_SOCKS5_PROTOCOL, "0x48 0x54"},
    {"SOCKS4", OPEN, ANSWER("\x00\x5b"), BYTES(GREETING), PROXY_HANDSHAKE_FAILED,
     YTOPS_ERROR_SOCKS5_PROTOCOL, "check its scheme and port"},
    {"wrong version of the status", WITH_PASSWORD, TWO_ANSWERS("\x05\x02", "\x05\x00"),
     BYTES(GREETING_2 CREDENTIALS), PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_SOCKS5_PROTOCOL,
     "result of the authentication"},
    {"half an answer", OPEN, ANSWER("\x05"), BYTES(GREETING), PROXY_HANDSHAKE_GOES_ON, NO_ERROR,
     NULL},
    {"tunnel", "http://h:1", ANSWER("HTTP/1.1 200 Connection established\r\n\r\n"),
     BYTES(CONNECT "\r\n"), PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"target that cannot be reached", "http://h:1", ANSWER("HTTP/1.0 500 Unable to connect\r\n"),
     BYTES(CONNECT "\r\n"), PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"tunnel with credentials", "http://user:pw@h:1", ANSWER("HTTP/1.1 403"),
     BYTES(CONNECT "Proxy-Authorization: Basic dXNlcjpwdw==\r\n\r\n"), PROXY_HANDSHAKE_DONE,
     NO_ERROR, NULL},
    {"407 without credentials", "http://h:1", ANSWER("HTTP/1.1 407 Proxy"), BYTES(CONNECT "\r\n"),
     PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_HTTP_PROXY_AUTH, "add user:password@"},
    {"407 with credentials", "http://user:pw@h:1", ANSWER("HTTP/1.1 407 Proxy"),
     BYTES(CONNECT "Proxy-Authorization: Basic dXNlcjpwdw==\r\n\r\n"), PROXY_HANDSHAKE_FAILED,
     YTOPS_ERROR_HTTP_PROXY_AUTH, "refused the user and password"},
    {"401 with credentials", "http://user:pw@h:1", ANSWER("HTTP/1.0 401 Unauthorized"),
     BYTES(CONNECT "Proxy-Authorization: Basic dXNlcjpwdw==\r\n\r\n"), PROXY_HANDSHAKE_FAILED,
     YTOPS_ERROR_HTTP_PROXY_AUTH, "(401)"},
    {"no HTTP", "http://h:1", ANSWER("SSH-2.0-OpenSSH\r\n"), BYTES(CONNECT "\r\n"),
     PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_HTTP_PROXY_FAILED, "does not speak HTTP"},
    {"no status", "http://h:1", ANSWER("HTTP/1.1 2x0 OK\r\n"), BYTES(CONNECT "\r\n"),
     PROXY_HANDSHAKE_FAILED, YTOPS_ERROR_HTTP_PROXY_FAILED, "does not speak HTTP"},
    {"HTTPS", "https://h:1", ANSWER(""), BYTES(""), PROXY_HANDSHAKE_DONE, NO_ERROR, NULL},
    {"SOCKS4 is not spoken", "socks4://h:1", ANSWER(""), BYTES(""), PROXY_HANDSHAKE_DONE, NO_ERROR,
     NULL},
    {"SOCKS4A is not spoken", "socks4a://h:1", ANSWER(""), BYTES(""), PROXY_HANDSHAKE_DONE,
     NO_ERROR, NULL},
};

static void take_output(ProxyHandshake *handshake, GByteArray *sent, gsize piece)
{
    for (;;) {
        gsize length = 0;
        const guint8 *output = proxy_handshake_peek_output(handshake, &length);
        if (length == 0)
            return;
        g_byte_array_append(sent, output, (guint)MIN(length, piece));
        proxy_handshake_consume_output(handshake, MIN(length, piece));
    }
}

static void hold(const Conversation *c, gsize piece)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsProxyUrl) url = ytops_proxy_url_parse(c->url, &error);
    g_assert_no_error(error);
    g_autoptr(ProxyHandshake) handshake = proxy_handshake_new(url, "t.example", 443);
    g_autoptr(GByteArray) sent = g_byte_array_new();
    ProxyHandshakeVerdict verdict = proxy_handshake_get_verdict(handshake);
    take_output(handshake, sent, piece);
    for (gsize i = 0; i < G_N_ELEMENTS(c->answers); i++) {
        const guint8 *bytes = (const guint8 *)c->answers[i];
        for (gsize at = 0; at < c->answer_lengths[i] && verdict == PROXY_HANDSHAKE_GOES_ON;
             at += piece)
            verdict = proxy_handshake_feed(handshake, bytes + at,
                                           MIN(piece, c->answer_lengths[i] - at), &error);
        take_output(handshake, sent, piece);
    }
    g_test_message("%s, in pieces of %" G_GSIZE_FORMAT, c->name, piece);
    g_assert_cmpint(verdict, ==, c->verdict);
    g_assert_cmpmem(sent->data, sent->len, c->sent, c->sent_length);
    if (c->code == NO_ERROR) {
        g_assert_no_error(error);
        return;
    }
    g_assert_error(error, YTOPS_ERROR, c->code);
    g_assert_nonnull(strstr(error->message, c->complaint));
    g_assert_null(strstr(error->message, "pw"));
}

static void test_conversations(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(conversations); i++) {
        hold(&conversations[i], 1);
        hold(&conversations[i], 2);
        hold(&conversations[i], 4096);
    }
}

static void test_ipv6_target_is_in_brackets(void)
{
    g_autoptr(YtopsProxyUrl) url = ytops_proxy_url_parse("http://h:1", NULL);
    g_autoptr(ProxyHandshake) handshake = proxy_handshake_new(url, "2001:db8::1", 443);
    gsize length = 0;
    const guint8 *output = proxy_handshake_peek_output(handshake, &length);
    static const char expected[] =
        "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n";
    g_assert_cmpmem(output, length, expected, sizeof expected - 1);
}

/* Every two bytes that a proxy can answer with lead to a verdict, in every step. */
static void test_every_answer_is_judged(void)
{
    for (guint answer = 0; answer <= G_MAXUINT16; answer++) {
        const guint8 bytes[] = {(guint8)(answer >> 8), (guint8)answer};
        for (int has_user = 0; has_user < 2; has_user++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(YtopsProxyUrl) url =
                ytops_proxy_url_parse(has_user ? WITH_PASSWORD : OPEN, NULL);
            g_autoptr(ProxyHandshake) handshake = proxy_handshake_new(url, NULL, 0);
            if (has_user)
                proxy_handshake_feed(handshake, (const guint8 *)"\x05\x02", 2, NULL);
            ProxyHandshakeVerdict verdict = proxy_handshake_feed(handshake, bytes, 2, &error);
            gboolean is_right = answer == (has_user ? 0x0100 : 0x0500);
            g_assert_cmpint(verdict, ==, is_right ? PROXY_HANDSHAKE_DONE : PROXY_HANDSHAKE_FAILED);
            g_assert_true(is_right == (error == NULL));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proxy-handshake/conversations", test_conversations);
    g_test_add_func("/proxy-handshake/an-ipv6-target-is-in-brackets",
                    test_ipv6_target_is_in_brackets);
    g_test_add_func("/proxy-handshake/every-answer-is-judged", test_every_answer_is_judged);
    return g_test_run();
}
