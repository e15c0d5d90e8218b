#include "fake_source.h"

typedef struct {
    FakeSource *source;
    YtopsRelayMediaDone done;
    gpointer data;
} Pending;

static gboolean check(const YtopsRelayPage *page G_GNUC_UNUSED, GError **error, gpointer data)
{
    FakeSource *source = data;

    if (source->refuses == NULL)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "%s is wrong", source->refuses);
    ytops_error_set_context(*error, "field", source->refuses);
    return FALSE;
}

static gpointer get(const YtopsRelayPage *page, YtopsRelayMediaDone done, gpointer done_data,
                    gpointer data)
{
    FakeSource *source = data;
    Pending *pending = g_new0(Pending, 1);

    g_assert_cmpstr(page->url, ==, "http://page.example/");
    g_assert_cmpstr(page->account_id, ==, "acc");
    *pending = (Pending){source, done, done_data};
    g_ptr_array_add(source->pending, pending);
    source->n_asked++;
    source->n_renewals += page->is_renewal;
    return pending;
}

static void cancel(gpointer handle)
{
    Pending *pending = handle;

    g_assert_true(g_ptr_array_remove(pending->source->pending, pending));
    pending->source->n_cancelled++;
    g_free(pending);
}

static void report(const YtopsRelayProxyUse *use, gpointer data)
{
    FakeSource *source = data;
    const char *what = use->success ? "good" : ytops_error_code_to_string(use->code);

    g_ptr_array_add(source->reports, g_strdup_printf("%s %s %s", what, use->proxy_url,
                                                     use->account_id != NULL ? use->job_id : "-"));
}

FakeSource *fake_source_new(RelayBed *bed)
{
    static const YtopsRelaySource calls = {check, get, cancel, report};
    FakeSource *source = g_new0(FakeSource, 1);

    source->bed = bed;
    source->pending = g_ptr_array_new();
    source->reports = g_ptr_array_new_with_free_func(g_free);
    ytops_relay_set_source(bed->relay, &calls, source);
    return source;
}

void fake_source_free(FakeSource *source)
{
    g_assert_cmpuint(source->pending->len, ==, 0);
    g_ptr_array_unref(source->pending);
    g_ptr_array_unref(source->reports);
    g_free(source);
}

static void answer(FakeSource *source, YtopsRelayMedia *media, const GError *error)
{
    g_autofree Pending *pending = g_ptr_array_steal_index(source->pending, 0);

    pending->done(media, error, pending->data);
}

/* Asking is no event that would end a turn of the loop. */
static void wait_for_request(FakeSource *source)
{
    while (source->pending->len == 0)
        relay_bed_run_ms(source->bed, 1);
}

void fake_source_give(FakeSource *source, char *url, const char *proxy_url, gint64 expires_at)
{
    YtopsRelayMedia *media = g_new0(YtopsRelayMedia, 1);

    wait_for_request(source);
    media->urls = g_new0(char *, 2);
    media->urls[0] = url;
    media->proxy_url = g_strdup(proxy_url);
    media->job_id = g_strdup_printf("job-%u", source->n_asked);
    media->expires_at = expires_at;
    answer(source, media, NULL);
}

void fake_source_fail(FakeSource *source, YtopsErrorCode code)
{
    g_autoptr(GError) error = g_error_new_literal(YTOPS_ERROR, (gint)code, "no token today");

    wait_for_request(source);
    answer(source, NULL, error);
}

YtopsRelayStream *fake_source_stream(FakeSource *source, YtopsRelayKind kind, const char *proxy_url)
{
    YtopsRelaySpec spec = {.url = "http://page.example/",
                           .account_id = "acc",
                           .kind = kind,
                           .proxy_url = proxy_url,
                           .settings = &source->bed->settings};
    g_autoptr(GError) error = NULL;
    YtopsRelayStream *stream = ytops_relay_create(source->bed->relay, &spec, &error);

    g_assert_no_error(error);
    return stream;
}
