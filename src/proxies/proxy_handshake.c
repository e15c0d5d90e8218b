#include "proxy_handshake.h"

#include "ytops/error.h"
#include "ytops/proxy_url.h"

#include <string.h>

enum {
    SOCKS5_VERSION = 5,
    SOCKS5_NO_AUTH = 0,
    SOCKS5_USER_PASSWORD = 2,
    SOCKS5_NO_METHOD = 0xff,
    AUTH_VERSION = 1,
    AUTH_SUCCESS = 0,
    HTTP_UNAUTHORIZED = 401,
    HTTP_PROXY_AUTH_REQUIRED = 407
};

/* What the answer of each step must at least have before it can be judged. */
enum { SOCKS5_ANSWER_LENGTH = 2, HTTP_ANSWER_LENGTH = sizeof "HTTP/1.1 200" - 1 };

/*
 *            method 2                 status 0
 *   METHOD ------------> AUTH_STATUS ----------> FINISHED
 *      |     method 0                               ^  ^
 *      +--------------------------------------------+  |
 *   HTTP_STATUS ---------------------------------------+
 */
typedef enum { STEP_METHOD, STEP_AUTH_STATUS, STEP_HTTP_STATUS, STEP_FINISHED } Step;

struct ProxyHandshake {
    const YtopsProxyUrl *proxy;
    Step step;
    GByteArray *output;
    guint8 answer[HTTP_ANSWER_LENGTH];
    gsize answer_length;
};

static void append_byte(GByteArray *output, guint8 byte)
{
    g_byte_array_append(output, &byte, 1);
}

/* RFC 1929 has one length byte; ytops_proxy_url_parse refuses what does not fit. */
static void append_counted(GByteArray *output, const char *text)
{
    gsize length = MIN(strlen(text), G_MAXUINT8);
    append_byte(output, (guint8)length);
    g_byte_array_append(output, (const guint8 *)text, (guint)length);
}

static void write_greeting(ProxyHandshake *handshake)
{
    gboolean has_user = handshake->proxy->user != NULL;
    append_byte(handshake->output, SOCKS5_VERSION);
    append_byte(handshake->output, has_user ? 2 : 1);
    append_byte(handshake->output, SOCKS5_NO_AUTH);
    if (has_user)
        append_byte(handshake->output, SOCKS5_USER_PASSWORD);
}

static void write_credentials(ProxyHandshake *handshake)
{
    const char *password = handshake->proxy->password;
    append_byte(handshake->output, AUTH_VERSION);
    append_counted(handshake->output, handshake->proxy->user);
    append_counted(handshake->output, password != NULL ? password : "");
}

static char *basic_authorization(const YtopsProxyUrl *proxy)
{
    if (proxy->user == NULL)
        return g_strdup("");
    const char *password = proxy->password != NULL ? proxy->password : "";
    g_autofree char *pair = g_strdup_printf("%s:%s", proxy->user, password);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strdup_printf("Proxy-Authorization: Basic %s\r\n", encoded);
}

static void write_connect(ProxyHandshake *handshake, const char *host, guint16 port)
{
    gboolean is_ipv6 = strchr(host, ':') != NULL;
    g_autofree char *target = g_strdup_printf(is_ipv6 ? "[%s]:%u" : "%s:%u", host, (unsigned)port);
    g_autofree char *authorization = basic_authorization(handshake->proxy);
    g_autofree char *request =
        g_strdup_printf("CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target, target, authorization);
    g_byte_array_append(handshake->output, (const guint8 *)request, (guint)strlen(request));
}

ProxyHandshake *proxy_handshake_new(const YtopsProxyUrl *proxy, const char *target_host,
                                    guint16 target_port)
{
    ProxyHandshake *handshake = g_new0(ProxyHandshake, 1);
    handshake->proxy = proxy;
    handshake->output = g_byte_array_new();
    switch (proxy->scheme) {
    case YTOPS_PROXY_SOCKS5:
    case YTOPS_PROXY_SOCKS5H:
        handshake->step = STEP_METHOD;
        write_greeting(handshake);
        break;
    case YTOPS_PROXY_HTTP:
        handshake->step = STEP_HTTP_STATUS;
        write_connect(handshake, target_host, target_port);
        break;
    case YTOPS_PROXY_HTTPS:
    case YTOPS_PROXY_SOCKS4:
    case YTOPS_PROXY_SOCKS4A:
        handshake->step = STEP_FINISHED;
        break;
    }
    return handshake;
}

void proxy_handshake_free(ProxyHandshake *handshake)
{
    if (handshake == NULL)
        return;
    g_byte_array_unref(handshake->output);
    g_free(handshake);
}

ProxyHandshakeVerdict proxy_handshake_get_verdict(const ProxyHandshake *handshake)
{
    return handshake->step == STEP_FINISHED ? PROXY_HANDSHAKE_DONE : PROXY_HANDSHAKE_GOES_ON;
}

const guint8 *proxy_handshake_peek_output(const ProxyHandshake *handshake, gsize *length)
{
    *length = handshake->output->len;
    return handshake->output->data;
}

void proxy_handshake_consume_output(ProxyHandshake *handshake, gsize length)
{
    g_byte_array_remove_range(handshake->output, 0, (guint)MIN(length, handshake->output->len));
}

static ProxyHandshakeVerdict move_to(ProxyHandshake *handshake, Step step)
{
    handshake->step = step;
    handshake->answer_length = 0;
    return proxy_handshake_get_verdict(handshake);
}

static ProxyHandshakeVerdict fail(ProxyHandshake *handshake, YtopsErrorCode code, GError **error,
                                  const char *problem)
{
    g_autofree char *display = ytops_proxy_display(handshake->proxy->text);
    g_set_error(error, YTOPS_ERROR, (int)code, "proxy %s %s", display, problem);
    return PROXY_HANDSHAKE_FAILED;
}

static ProxyHandshakeVerdict fail_not_socks5(ProxyHandshake *handshake, const char *expected,
                                             GError **error)
{
    const guint8 *answer = handshake->answer;
    g_autofree char *problem = g_strdup_printf(
        "does not speak SOCKS5: it answered with the bytes 0x%02x 0x%02x where %s is expected; "
        "check its scheme and port",
        answer[0], answer[1], expected);
    return fail(handshake, YTOPS_ERROR_SOCKS5_PROTOCOL, error, problem);
}

static ProxyHandshakeVerdict judge_method(ProxyHandshake *handshake, GError **error)
{
    gboolean has_user = handshake->proxy->user != NULL;
    guint8 method = handshake->answer[1];
    if (handshake->answer[0] != SOCKS5_VERSION)
        return fail_not_socks5(handshake, "the choice of a method", error);
    if (method == SOCKS5_NO_AUTH)
        return move_to(handshake, STEP_FINISHED);
    if (method == SOCKS5_USER_PASSWORD && has_user) {
        write_credentials(handshake);
        return move_to(handshake, STEP_AUTH_STATUS);
    }
    if (method == SOCKS5_NO_METHOD || method == SOCKS5_USER_PASSWORD)
        return fail(handshake, YTOPS_ERROR_SOCKS5_AUTH_FAILED, error,
                    has_user ? "accepts neither no authentication nor a user and password"
                             : "asks for authentication; add user:password@ to its URL");
    return fail_not_socks5(handshake, "one of the offered methods", error);
}

static ProxyHandshakeVerdict judge_auth_status(ProxyHandshake *handshake, GError **error)
{
    if (handshake->answer[0] != AUTH_VERSION)
        return fail_not_socks5(handshake, "the result of the authentication", error);
    if (handshake->answer[1] != AUTH_SUCCESS)
        return fail(handshake, YTOPS_ERROR_SOCKS5_AUTH_FAILED, error,
                    "refused the user and password of its URL");
    return move_to(handshake, STEP_FINISHED);
}

static gboolean matches_http(const guint8 *answer, gsize length)
{
    /* 'd' stands for a digit. */
    static const char pattern[] = "HTTP/d.d ddd";
    for (gsize i = 0; i < length; i++) {
        char c = (char)answer[i];
        if (pattern[i] == 'd' ? !g_ascii_isdigit(c) : c != pattern[i])
            return FALSE;
    }
    return TRUE;
}

static ProxyHandshakeVerdict judge_http_status(ProxyHandshake *handshake, GError **error)
{
    const guint8 *digits = handshake->answer + sizeof "HTTP/1.1 " - 1;
    int status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    /* 401 is for a target to say; to CONNECT only the proxy can have said it, as tinyproxy does. */
    if (status != HTTP_PROXY_AUTH_REQUIRED && status != HTTP_UNAUTHORIZED)
        return move_to(handshake, STEP_FINISHED);
    g_autofree char *problem = g_strdup_printf(
        "%s (%d)",
        handshake->proxy->user != NULL ? "refused the user and password of its URL"
                                       : "asks for authentication; add user:password@ to its URL",
        status);
    return fail(handshake, YTOPS_ERROR_HTTP_PROXY_AUTH, error, problem);
}

/* One byte more of the answer; judged as soon as it is known to be right or wrong. */
static ProxyHandshakeVerdict take_byte(ProxyHandshake *handshake, guint8 byte, GError **error)
{
    handshake->answer[handshake->answer_length++] = byte;
    if (handshake->step == STEP_HTTP_STATUS) {
        if (!matches_http(handshake->answer, handshake->answer_length))
            return fail(handshake, YTOPS_ERROR_HTTP_PROXY_FAILED, error,
                        "does not speak HTTP; check its scheme and port");
        if (handshake->answer_length == HTTP_ANSWER_LENGTH)
            return judge_http_status(handshake, error);
        return PROXY_HANDSHAKE_GOES_ON;
    }
    if (handshake->answer_length < SOCKS5_ANSWER_LENGTH)
        return PROXY_HANDSHAKE_GOES_ON;
    return handshake->step == STEP_METHOD ? judge_method(handshake, error)
                                          : judge_auth_status(handshake, error);
}

ProxyHandshakeVerdict proxy_handshake_feed(ProxyHandshake *handshake, const guint8 *bytes,
                                           gsize length, GError **error)
{
    ProxyHandshakeVerdict verdict = proxy_handshake_get_verdict(handshake);
    for (gsize i = 0; i < length && verdict == PROXY_HANDSHAKE_GOES_ON; i++)
        verdict = take_byte(handshake, bytes[i], error);
    return verdict;
}

const char *proxy_handshake_awaited(const ProxyHandshake *handshake)
{
    switch (handshake->step) {
    case STEP_METHOD:
        return "its choice of a SOCKS5 method";
    case STEP_AUTH_STATUS:
        return "the result of the SOCKS5 authentication";
    case STEP_HTTP_STATUS:
        return "its answer to CONNECT";
    case STEP_FINISHED:
        break;
    }
    return "nothing";
}
