#include <string.h>

#include "upstream_bed.h"

enum { MIB = 1024 * 1024 };

static const UpstreamRequest plain = {.allow_private = TRUE, .chunk_timeout_ms = 10 * 1000};
static const UpstreamRequest hasty = {.allow_private = TRUE, .chunk_timeout_ms = 150};

static void assert_whole(const Story *story, guint64 length)
{
    g_assert_cmpstr(story->end.message, ==, "complete");
    g_assert_cmpuint(story->length, ==, length);
    g_assert_true(story->matches);
}

static void assert_cancelled(const Story *story)
{
    g_assert_true(story->end.cancelled);
    g_assert_false(story->end.ok);
    g_assert_cmpuint(story->n_ends, ==, 1);
}

/* ---- pauses -------------------------------------------------------------------------------- */

typedef struct {
    uv_timer_t timer;
    Story *story;
} Later;

static void on_later_closed(uv_handle_t *handle)
{
    g_free(handle->data);
}

static void resume_now(uv_timer_t *timer)
{
    Later *later = timer->data;

    if (later->story->fetch != NULL)
        upstream_fetch_resume(later->story->fetch);
    uv_close((uv_handle_t *)timer, on_later_closed);
}

static void resume_later(Story *story, guint64 delay_ms)
{
    Later *later = g_new0(Later, 1);

    later->story = story;
    uv_timer_init(&story->bed->loop, &later->timer);
    later->timer.data = later;
    uv_timer_start(&later->timer, resume_now, delay_ms, 0);
}

static void pause_now_and_then(Story *story)
{
    if (story->length / MIB <= story->pauses)
        return;
    story->pauses++;
    upstream_fetch_pause(story->fetch);
    resume_later(story, story->pauses % 3);
}

static void a_long_body_survives_a_hundred_pauses(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/104857600", &plain);

    story->in_data = pause_now_and_then;
    upstream_bed_finish(story);
    assert_whole(story, 100 * MIB);
    g_assert_cmpuint(story->pauses, >=, 50);
}

static void pause_for_long(Story *story)
{
    if (story->pauses++ > 0)
        return;
    upstream_fetch_pause(story->fetch);
    resume_later(story, 500);
}

static void nothing_comes_and_no_timeout_runs_while_paused(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/5000000", &hasty);
    gint64 begin = g_get_monotonic_time();

    story->in_data = pause_for_long;
    while (story->pauses == 0)
        upstream_bed_turn(bed);
    while (g_get_monotonic_time() - begin < 400 * 1000 && story->n_ends == 0) {
        g_assert_cmpuint(story->n_pieces, ==, 1);
        uv_run(&bed->loop, UV_RUN_NOWAIT);
        g_usleep(1000);
    }
    upstream_bed_finish(story);
    assert_whole(story, 5000000);
}

static void a_pause_before_the_head_holds_the_body_back(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/1000000", &hasty);

    upstream_fetch_pause(story->fetch);
    while (story->n_heads == 0)
        upstream_bed_turn(bed);
    resume_later(story, 300);
    for (int i = 0; i < 20; i++)
        uv_run(&bed->loop, UV_RUN_NOWAIT);
    g_assert_cmpuint(story->n_pieces, ==, 0);
    upstream_bed_finish(story);
    assert_whole(story, 1000000);
}

static void the_timeout_runs_again_after_a_pause(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/stall/100", &hasty);

    story->in_data = pause_for_long;
    upstream_bed_finish(story);
    g_assert_cmpint(story->end.error, ==, RELAY_ERROR_CHUNK_TIMEOUT);
    g_assert_cmpuint(story->length, ==, 100);
}

static void a_body_that_came_whole_waits_for_the_resume(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/10", &hasty);

    story->in_head = pause_for_long;
    upstream_bed_finish(story);
    assert_whole(story, 10);
}

/* ---- cancelling ---------------------------------------------------------------------------- */

static void cancel_it(Story *story)
{
    upstream_fetch_cancel(story->fetch);
}

static void a_fetch_may_be_cancelled_at_once(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/10", &plain);

    upstream_fetch_cancel(story->fetch);
    upstream_fetch_cancel(story->fetch);
    g_assert_cmpuint(story->n_ends, ==, 0);
    upstream_bed_finish(story);
    assert_cancelled(story);
    g_assert_cmpuint(story->n_heads, ==, 0);
}

static void a_fetch_may_be_cancelled_from_its_calls(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *in_head = upstream_bed_begin(bed, "/bytes/1000000", &plain);
    Story *in_data = upstream_bed_begin(bed, "/bytes/1000000", &plain);

    in_head->in_head = cancel_it;
    in_data->in_data = cancel_it;
    upstream_bed_finish(in_head);
    upstream_bed_finish(in_data);
    assert_cancelled(in_head);
    g_assert_cmpuint(in_head->n_pieces, ==, 0);
    assert_cancelled(in_data);
    g_assert_cmpuint(in_data->n_pieces, ==, 1);
}

static void cancel_the_others(Story *story)
{
    for (guint i = 0; i < story->bed->stories->len; i++) {
        Story *other = g_ptr_array_index(story->bed->stories, i);

        if (other != story && other->fetch != NULL)
            upstream_fetch_cancel(other->fetch);
    }
}

static void a_fetch_may_cancel_the_others(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *stories[10];

    for (int i = 0; i < 10; i++)
        stories[i] = upstream_bed_begin(bed, i == 9 ? "/bytes/100" : "/stall/100", &plain);
    stories[9]->in_data = cancel_the_others;
    for (int i = 0; i < 10; i++)
        upstream_bed_finish(stories[i]);
    assert_whole(stories[9], 100);
    for (int i = 0; i < 9; i++)
        assert_cancelled(stories[i]);
}

static void cancelling_a_paused_fetch_ends_it(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/5000000", &plain);

    story->in_data = pause_for_long;
    while (story->pauses == 0)
        upstream_bed_turn(bed);
    upstream_fetch_cancel(story->fetch);
    upstream_bed_finish(story);
    assert_cancelled(story);
}

static void begin_another(Story *story)
{
    upstream_bed_begin(story->bed, "/bytes/100", &plain);
}

static void a_call_may_begin_another_fetch(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *story = upstream_bed_begin(bed, "/bytes/100", &plain);

    story->in_head = story->in_data = story->in_done = begin_another;
    upstream_bed_finish(story);
    assert_whole(story, 100);
    g_assert_cmpuint(bed->stories->len, ==, 4);
    for (guint i = 0; i < bed->stories->len; i++) {
        upstream_bed_finish(g_ptr_array_index(bed->stories, i));
        assert_whole(g_ptr_array_index(bed->stories, i), 100);
    }
}

static void closing_cancels_what_runs(void)
{
    UpstreamBed *bed = upstream_bed_new();

    for (int i = 0; i < 20; i++)
        upstream_bed_begin(bed, i % 2 ? "/stall/100" : "/bytes/10000000", &plain);
    while (((Story *)g_ptr_array_index(bed->stories, 10))->n_pieces == 0)
        upstream_bed_turn(bed);
    /* Each story asserts its one end; the loop asserts that nothing is left open. */
    upstream_bed_free(bed);
}

static void close_the_upstream(Story *story)
{
    upstream_close(story->bed->upstream);
    story->bed->upstream = NULL;
}

static void a_call_may_close_the_upstream(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *other = upstream_bed_begin(bed, "/stall/100", &plain);
    Story *story = upstream_bed_begin(bed, "/bytes/10000000", &plain);

    story->in_data = close_the_upstream;
    upstream_bed_finish(story);
    upstream_bed_finish(other);
    assert_cancelled(story);
    assert_cancelled(other);
}

/* ---- connections --------------------------------------------------------------------------- */

static void connections_are_used_again(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();

    for (int i = 0; i < 20; i++)
        assert_whole(upstream_bed_get(bed, "/bytes/1000"), 1000);
    g_assert_cmpuint(script_server_count_requests(bed->server), ==, 20);
    g_assert_cmpuint(script_server_count_connections(bed->server), ==, 1);
}

static void hundreds_run_at_once(void)
{
    g_autoptr(UpstreamBed) bed = upstream_bed_new();
    Story *stories[300];

    for (gsize i = 0; i < G_N_ELEMENTS(stories); i++)
        stories[i] = upstream_bed_begin(bed, i % 3 == 0 ? "/drip/5" : "/bytes/100000", &plain);
    for (gsize i = 0; i < G_N_ELEMENTS(stories); i++) {
        upstream_bed_finish(stories[i]);
        assert_whole(stories[i], i % 3 == 0 ? 5 : 100000);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/upstream/control/" #name, name)
    ADD(a_long_body_survives_a_hundred_pauses);
    ADD(nothing_comes_and_no_timeout_runs_while_paused);
    ADD(a_pause_before_the_head_holds_the_body_back);
    ADD(the_timeout_runs_again_after_a_pause);
    ADD(a_body_that_came_whole_waits_for_the_resume);
    ADD(a_fetch_may_be_cancelled_at_once);
    ADD(a_fetch_may_be_cancelled_from_its_calls);
    ADD(a_fetch_may_cancel_the_others);
    ADD(cancelling_a_paused_fetch_ends_it);
    ADD(a_call_may_begin_another_fetch);
    ADD(closing_cancels_what_runs);
    ADD(a_call_may_close_the_upstream);
    ADD(connections_are_used_again);
    ADD(hundreds_run_at_once);
    return g_test_run();
}
