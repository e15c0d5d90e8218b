/*
 * Lanes that pull, renew, release, mark, die and come late in random order, beside people who requeue
 * and a clock that jumps: whatever the order, each URL is in exactly one of the inbox, the progress,
 * the results and the failures. An auditor that reads all four in one step checks that all the time.
 * Dying is simply not to go on: a lane that was killed between two calls has made the first and not
 * the second, which is what a lane here does at every point.
 */
#include <string.h>

#include "work_bed.h"

enum { LANES = 6, URLS = 60, STEPS = 1000 };

typedef struct {
    WorkBed *bed;
    guint32 seed;
    gint *running; /* atomic: lanes that have not ended */
    gint64 n_steps;
} Lane;

/* Each call's expected ends; any other error fails the test. */
static void allow(const GError *error)
{
    if (error != NULL && !g_error_matches(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND) &&
        !g_error_matches(error, YTOPS_ERROR, YTOPS_ERROR_QUEUE_EMPTY))
        g_error("%s", error->message);
}

/* What a lane does with an item that it holds or has lost; it may do so again later. */
static void act(WorkBed *bed, GRand *random, const char *item_id)
{
    g_autoptr(GError) error = NULL;
    switch (g_rand_int_range(random, 0, 5)) {
    case 0:
        ytops_work_queues_renew(bed->queues, "q", item_id, 1, &error);
        break;
    case 1:
        ytops_work_queues_release(bed->queues, "q", item_id, &error);
        break;
    case 2:
        ytops_work_queues_mark_success(bed->queues, "q", item_id, "{}", NULL, NULL, &error);
        break;
    case 3:
        ytops_work_queues_mark_failure(bed->queues, "q", item_id, "{}", &error);
        break;
    default: /* it dies: its lease will be over */
        break;
    }
    allow(error);
}

static void step(WorkBed *bed, GRand *random, GPtrArray *item_ids)
{
    g_autoptr(GError) error = NULL;
    guint choice = (guint)g_rand_int_range(random, 0, 100);
    if (choice < 2) {
        ytops_work_queues_requeue_failed(bed->queues, "q", &error);
    } else if (choice < 12) {
        __atomic_add_fetch(&bed->now, 1, __ATOMIC_SEQ_CST);
    } else if (choice < 50 || item_ids->len == 0) {
        g_autoptr(YtopsQueueItem) item =
            ytops_work_queues_pull(bed->queues, "q", "lane", 1 + (choice & 3), &error);
        if (item != NULL)
            g_ptr_array_add(item_ids, g_strdup(item->item_id));
    } else {
        guint which = (guint)g_rand_int_range(random, 0, (gint32)item_ids->len);
        act(bed, random, g_ptr_array_index(item_ids, which));
    }
    allow(error);
}

static gpointer run_lane(gpointer data)
{
    Lane *lane = data;
    g_autoptr(GRand) random = g_rand_new_with_seed(lane->seed);
    g_autoptr(GPtrArray) item_ids = g_ptr_array_new_with_free_func(g_free);
    for (; lane->n_steps < STEPS; lane->n_steps++)
        step(lane->bed, random, item_ids);
    g_atomic_int_add(lane->running, -1);
    return NULL;
}

/* How often each URL is seen in the four parts, all at one moment. */
static const char audit_lua[] =
    "local seen = {}\n"
    "local function see(url) seen[url] = (seen[url] or 0) + 1 end\n"
    "for _, url in ipairs(redis.call('LRANGE', 'q_inbox', 0, -1)) do see(url) end\n"
    "for _, text in ipairs(redis.call('HVALS', 'q_progress')) do see(cjson.decode(text).url) end\n"
    "for _, url in ipairs(redis.call('HKEYS', 'q_result')) do see(url) end\n"
    "for _, url in ipairs(redis.call('HKEYS', 'q_fail')) do see(url) end\n"
    "local n, wrong = 0, ''\n"
    "for url, count in pairs(seen) do\n"
    "  n = n + 1\n"
    "  if count ~= 1 then wrong = wrong .. url .. ' ' .. count .. ' times; ' end\n"
    "end\n"
    "if redis.call('HLEN', 'q_progress') ~= redis.call('ZCARD', 'q_leases') then\n"
    "  wrong = wrong .. 'leases and progress differ; '\n"
    "end\n"
    "return {n, wrong}\n";

static void audit(WorkBed *bed, const YtopsRedisScript *script)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_eval(bed->pool, script, NULL, NULL, &error);
    g_assert_no_error(error);
    const char *wrong = ytops_redis_reply_string(ytops_redis_reply_at(reply, 1));
    if (*wrong != '\0')
        g_error("%s", wrong);
    g_assert_cmpint(ytops_redis_reply_int(ytops_redis_reply_at(reply, 0), -1), ==, URLS);
}

static void push_all(WorkBed *bed)
{
    for (int i = 0; i < URLS; i++) {
        g_autofree char *url = g_strdup_printf("https://a.example/%d", i);
        work_bed_push(bed, url);
    }
}

/* When all lanes are gone, the queue can still be worked off to the last URL. */
static void drain(WorkBed *bed)
{
    g_autoptr(GError) error = NULL;
    bed->now += 1000;
    ytops_work_queues_requeue_failed(bed->queues, "q", &error);
    g_assert_no_error(error);
    for (;;) {
        g_autoptr(YtopsQueueItem) item =
            ytops_work_queues_pull(bed->queues, "q", "last", 0, &error);
        if (item == NULL)
            break;
        g_assert_true(ytops_work_queues_mark_success(bed->queues, "q", item->item_id, "{}", NULL,
                                                     NULL, NULL));
    }
    work_bed_assert_error(&error, YTOPS_ERROR_QUEUE_EMPTY, NULL);
    work_bed_assert_counts(bed, 0, 0, URLS, 0);
}

static void test_each_url_is_in_one_place(WorkBed *bed)
{
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("audit", audit_lua);
    guint32 seed = g_test_rand_int();
    gint running = LANES;
    Lane lanes[LANES];
    GThread *threads[LANES];
    int n_audits = 0;
    push_all(bed);
    for (guint i = 0; i < LANES; i++) {
        lanes[i] = (Lane){bed, seed + i, &running, 0};
        threads[i] = g_thread_new("lane", run_lane, &lanes[i]);
    }
    for (; g_atomic_int_get(&running) > 0; n_audits++)
        audit(bed, script);
    for (guint i = 0; i < LANES; i++)
        g_thread_join(threads[i]);
    audit(bed, script);
    g_test_message("%d steps, %d audits between them", LANES * STEPS, n_audits);
    drain(bed);
    audit(bed, script);
}

/* The same in one thread, with an audit after every single step. */
static void test_each_url_is_in_one_place_after_every_step(WorkBed *bed)
{
    g_autoptr(YtopsRedisScript) script = ytops_redis_script_new("audit", audit_lua);
    g_autoptr(GRand) random = g_rand_new_with_seed(g_test_rand_int());
    g_autoptr(GPtrArray) item_ids = g_ptr_array_new_with_free_func(g_free);
    push_all(bed);
    for (int i = 0; i < 3 * STEPS; i++) {
        step(bed, random, item_ids);
        audit(bed, script);
    }
    drain(bed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/interleaving/" #name, test_##name)
    ADD(each_url_is_in_one_place);
    ADD(each_url_is_in_one_place_after_every_step);
    return g_test_run();
}
