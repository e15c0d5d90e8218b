#include "pot_client.h"

#include <curl/curl.h>
#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

enum {
    ANSWER_LIMIT = 64 * 1024,
    SHOWN_BYTES = 200,
    POLL_MS = 1000,
};

struct PotClient {
    char *url; /* of /get_pot */
};

typedef struct {
    CURL *easy;
    CURLM *multi;
    struct curl_slist *headers;
    char *body;
    GString *answer;
    char cause[CURL_ERROR_SIZE];
} Exchange;

PotClient *pot_client_new(const char *url, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
    PotClient *client;

    if ((strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) || host == NULL ||
        *host == '\0' || g_uri_get_query(uri) != NULL) {
        g_autofree char *shown = ytops_redact(url);

        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "PO token provider '%s' is no URL of the form http://host:port; correct "
                    "--pot-provider-url, such as http://127.0.0.1:4416",
                    shown);
        return NULL;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    client = g_new0(PotClient, 1);
    client->url = g_strconcat(url, g_str_has_suffix(url, "/") ? "get_pot" : "/get_pot", NULL);
    return client;
}

void pot_client_free(PotClient *client)
{
    if (client == NULL)
        return;
    g_free(client->url);
    g_free(client);
    curl_global_cleanup();
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *data)
{
    Exchange *exchange = data;

    if (exchange->answer->len + size * count > ANSWER_LIMIT)
        return 0;
    g_string_append_len(exchange->answer, bytes, (gssize)(size * count));
    return size * count;
}

static void exchange_clear(Exchange *exchange)
{
    curl_multi_remove_handle(exchange->multi, exchange->easy);
    curl_multi_cleanup(exchange->multi);
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    g_free(exchange->body);
    g_string_free(exchange->answer, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Exchange, exchange_clear)

static void exchange_init(Exchange *exchange, const PotClient *client, char *body, int timeout_ms)
{
    CURL *easy = curl_easy_init();

    exchange->easy = easy;
    exchange->multi = curl_multi_init();
    exchange->body = body;
    exchange->answer = g_string_new(NULL);
    exchange->headers = curl_slist_append(NULL, "Content-Type: application/json");
    curl_easy_setopt(easy, CURLOPT_URL, client->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Else the end of the job's time, or a shutdown, would wait for a name that is looked up. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->cause);
    curl_multi_add_handle(exchange->multi, easy);
}

/* Runs the transfer to its end; FALSE where the job is to end first. */
static gboolean perform(Exchange *exchange, const YtopsJobLimits *limits, CURLcode *code)
{
    struct curl_waitfd cancel = {.fd = limits->cancel_fd, .events = CURL_WAIT_POLLIN};
    unsigned n_extra = limits->cancel_fd >= 0 ? 1 : 0;
    int running = 1;
    int left;

    *code = CURLE_OK;
    while (curl_multi_perform(exchange->multi, &running) == CURLM_OK && running > 0) {
        if (ytops_job_limits_is_cancelled(limits))
            return FALSE;
        curl_multi_poll(exchange->multi, &cancel, n_extra, POLL_MS, NULL);
    }
    for (CURLMsg *message; (message = curl_multi_info_read(exchange->multi, &left)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            *code = message->data.result;
    return TRUE;
}

static void set_transfer_error(const PotClient *client, const Exchange *exchange, CURLcode code,
                               GError **error)
{
    g_autofree char *url = ytops_redact(client->url);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_GENERIC,
                "the PO token provider %s gave no usable answer: %s; check that it runs", url,
                *exchange->cause != '\0' ? exchange->cause : curl_easy_strerror(code));
}

static PoToken *read_answer(const PotClient *client, const Exchange *exchange, GError **error)
{
    long status = 0;
    g_autofree char *url = NULL;
    g_autofree char *start = NULL;
    g_autofree char *shown = NULL;

    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200)
        return po_token_parse(exchange->answer->str, (gssize)exchange->answer->len, error);
    url = ytops_redact(client->url);
    start = g_utf8_make_valid(exchange->answer->str,
                              (gssize)MIN(exchange->answer->len, (gsize)SHOWN_BYTES));
    shown = ytops_redact(start);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_GENERIC,
                "the PO token provider %s answered with status %ld: %s", url, status, shown);
    return NULL;
}

PoToken *pot_client_fetch(PotClient *client, const char *content_binding, const char *proxy_url,
                          const YtopsJobLimits *limits, int timeout_ms, GError **error)
{
    g_auto(Exchange) exchange = {0};
    CURLcode code;

    exchange_init(&exchange, client, po_token_request(content_binding, proxy_url),
                  MAX(ytops_job_limits_remaining_ms(limits, timeout_ms), 1));
    if (!perform(&exchange, limits, &code)) {
        ytops_job_limits_set_error(YTOPS_JOB_WAIT_CANCELLED, "the PO token provider", error);
        return NULL;
    }
    if (code != CURLE_OK) {
        set_transfer_error(client, &exchange, code, error);
        return NULL;
    }
    return read_answer(client, &exchange, error);
}
