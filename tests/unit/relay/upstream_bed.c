#include "upstream_bed.h"

#include <string.h>

#include "loop_turn.h"

enum { DEADLINE_MS = 60 * 1000 };

static void on_deadline(uv_timer_t *timer G_GNUC_UNUSED)
{
    g_error("the fetch has not ended");
}

UpstreamBed *upstream_bed_new(void)
{
    UpstreamBed *bed = g_new0(UpstreamBed, 1);

    uv_loop_init(&bed->loop);
    uv_timer_init(&bed->loop, &bed->deadline);
    uv_timer_start(&bed->deadline, on_deadline, DEADLINE_MS, 0);
    bed->upstream = upstream_new(&bed->loop);
    bed->server = script_server_new();
    bed->stories = g_ptr_array_new();
    return bed;
}

static void story_free(Story *story)
{
    g_assert_cmpuint(story->n_ends, ==, 1);
    g_free((char *)story->head.effective_url);
    g_free((char *)story->head.content_type);
    g_free((char *)story->head.content_range);
    g_free((char *)story->head.etag);
    g_free((char *)story->end.message);
    if (story->body != NULL)
        g_byte_array_unref(story->body);
    g_free(story);
}

void upstream_bed_free(UpstreamBed *bed)
{
    upstream_close(bed->upstream);
    uv_close((uv_handle_t *)&bed->deadline, NULL);
    uv_run(&bed->loop, UV_RUN_DEFAULT);
    g_assert_cmpint(uv_loop_close(&bed->loop), ==, 0);
    for (guint i = 0; i < bed->stories->len; i++)
        story_free(g_ptr_array_index(bed->stories, i));
    g_ptr_array_unref(bed->stories);
    script_server_free(bed->server);
    g_free(bed);
}

static void on_head(const UpstreamHead *head, gpointer data)
{
    Story *story = data;

    g_assert_cmpuint(story->n_ends, ==, 0);
    story->n_heads++;
    story->head = *head;
    story->head.effective_url = g_strdup(head->effective_url);
    story->head.content_type = g_strdup(head->content_type);
    story->head.content_range = g_strdup(head->content_range);
    story->head.etag = g_strdup(head->etag);
    if (story->in_head != NULL)
        story->in_head(story);
}

static void on_data(GBytes *piece, gpointer data)
{
    Story *story = data;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(piece, &length);

    g_assert_cmpuint(story->n_heads, ==, 1);
    g_assert_cmpuint(story->n_ends, ==, 0);
    g_assert_cmpuint(length, >, 0);
    story->n_pieces++;
    for (gsize i = 0; i < length && story->matches; i++)
        story->matches = bytes[i] == script_server_byte(story->length + i);
    story->length += length;
    if (story->length <= 100000)
        g_byte_array_append(story->body, bytes, (guint)length);
    if (story->in_data != NULL)
        story->in_data(story);
}

static void on_done(const UpstreamEnd *end, gpointer data)
{
    Story *story = data;

    story->n_ends++;
    story->end = *end;
    story->end.message = g_strdup(end->message);
    story->fetch = NULL;
    if (story->in_done != NULL)
        story->in_done(story);
}

Story *upstream_bed_begin(UpstreamBed *bed, const char *path, const UpstreamRequest *request)
{
    static const UpstreamEvents events = {on_head, on_data, on_done};
    g_autofree char *url = script_server_url(bed->server, path != NULL ? path : "/");
    UpstreamRequest actual = *request;
    Story *story = g_new0(Story, 1);

    if (actual.url == NULL)
        actual.url = url;
    story->bed = bed;
    story->body = g_byte_array_new();
    story->matches = TRUE;
    g_ptr_array_add(bed->stories, story);
    story->fetch = upstream_fetch(bed->upstream, &actual, &events, story);
    g_assert_cmpuint(story->n_heads + story->n_ends, ==, 0);
    return story;
}

void upstream_bed_turn(UpstreamBed *bed)
{
    loop_turn(&bed->loop);
}

void upstream_bed_finish(Story *story)
{
    while (story->n_ends == 0)
        upstream_bed_turn(story->bed);
}

Story *upstream_bed_get(UpstreamBed *bed, const char *path)
{
    Story *story = upstream_bed_begin(
        bed, path, &(UpstreamRequest){.allow_private = TRUE, .chunk_timeout_ms = 10 * 1000});

    upstream_bed_finish(story);
    return story;
}
