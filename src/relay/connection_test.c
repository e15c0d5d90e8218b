/* One request to a URL, to tell an operator how it answers. */
#include "relay_check.h"
#include "relay_core.h"

typedef struct {
    YtopsRelayTested done;
    gpointer data;
    gint64 started_us;
    UpstreamFetch *fetch;
    gboolean has_head;
    guint status;
    char *effective_url;
    char *content_type;
    gint64 content_length;
} ConnectionTest;

static void on_head(const UpstreamHead *head, gpointer data)
{
    ConnectionTest *test = data;

    if (test->has_head)
        return;
    test->has_head = TRUE;
    test->status = head->status;
    test->effective_url = g_strdup(head->effective_url);
    test->content_type = g_strdup(head->content_type);
    test->content_length = head->content_length;
    upstream_fetch_cancel(test->fetch);
}

static void on_data(G_GNUC_UNUSED GBytes *piece, G_GNUC_UNUSED gpointer data)
{
}

static void on_done(const UpstreamEnd *end, gpointer data)
{
    ConnectionTest *test = data;
    guint status = test->has_head ? test->status : end->status;
    g_autofree char *refused = g_strdup_printf("the upstream answered with status %u", status);
    YtopsRelayTest result = {
        .success = test->has_head && status < 400,
        .status = status,
        .effective_url = test->effective_url,
        .content_type = test->content_type,
        .content_length = test->has_head ? test->content_length : -1,
        .duration_ms = (g_get_monotonic_time() - test->started_us) / 1000,
    };

    if (!result.success)
        result.message = test->has_head ? refused : end->message;
    test->done(&result, test->data);
    g_free(test->effective_url);
    g_free(test->content_type);
    g_free(test);
}

/* The account does not count: without it a bare id of a page is no URL. */
static gboolean check(const YtopsRelay *relay, const YtopsRelaySpec *spec, GError **error)
{
    YtopsRelaySpec plain = *spec;

    plain.account_id = NULL;
    return relay_check_spec(&plain, relay->settings.allow_private, error);
}

gboolean ytops_relay_test(YtopsRelay *relay, const YtopsRelaySpec *spec, YtopsRelayTested done,
                          gpointer data, GError **error)
{
    static const UpstreamEvents events = {on_head, on_data, on_done};
    UpstreamRequest request = {
        .url = spec->url,
        .user_agent = spec->user_agent,
        .headers = spec->headers,
        .proxy_url = spec->proxy_url,
        .chunk_timeout_ms = relay->settings.vod_chunk_timeout_ms,
        .allow_private = relay->settings.allow_private,
    };
    ConnectionTest *test;

    if (!check(relay, spec, error))
        return FALSE;
    test = g_new0(ConnectionTest, 1);
    test->done = done;
    test->data = data;
    test->started_us = g_get_monotonic_time();
    test->fetch = upstream_fetch(relay->upstream, &request, &events, test);
    return TRUE;
}
