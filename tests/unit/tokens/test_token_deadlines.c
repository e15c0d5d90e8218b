#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "token_world.h"

/* A server that accepts and stays silent, so that a job hangs until its deadline. */
typedef struct {
    World world;
    int listener;
    char *url;
} Tarpit;

static void tarpit_open(Tarpit *tarpit)
{
    guint16 port;

    world_open(&tarpit->world);
    tarpit->listener = test_silent_server(&port);
    tarpit->url = g_strdup_printf("http://127.0.0.1:%u/clip.mp4", port);
}

static void tarpit_close(Tarpit *tarpit)
{
    world_close(&tarpit->world);
    close(tarpit->listener);
    g_free(tarpit->url);
}

static void test_a_job_past_its_deadline_is_ended_and_the_next_one_runs(void)
{
    Tarpit tarpit;
    g_auto(Reply) late = {0};
    g_auto(Reply) next = {0};
    g_autofree char *url = NULL;

    tarpit_open(&tarpit);
    world_start(&tarpit.world);
    test_await(ytops_token_service_is_ready(tarpit.world.service));
    world_submit(&tarpit.world, tarpit.url, "acc_01", "late", 1, &late);
    test_await(reply_is_done(&late));
    assert_failed(&late, YTOPS_ERROR_TIMEOUT);
    assert_context(&late, "proxyUrl", tarpit.world.proxy_url);
    assert_account(&tarpit.world, "acc_01", 0, 0);
    assert_proxy(&tarpit.world, 0, 1);
    url = world_url(&tarpit.world, "clip.mp4");
    world_ask(&tarpit.world, url, "acc_01", &next);
    assert_ok(&next);
    tarpit_close(&tarpit);
}

static void test_a_request_whose_time_is_over_in_the_queue_charges_nobody(void)
{
    Tarpit tarpit;
    g_auto(Reply) running = {0};
    g_auto(Reply) waiting = {0};
    g_autofree char *url = NULL;

    tarpit_open(&tarpit);
    world_start(&tarpit.world);
    world_submit(&tarpit.world, tarpit.url, "acc_01", "running", 60, &running);
    test_await(ytops_token_service_count_running(tarpit.world.service) == 1);
    url = world_url(&tarpit.world, "clip.mp4");
    world_submit(&tarpit.world, url, "acc_02", "waiting", 1, &waiting);
    g_assert_cmpuint(ytops_token_service_count_waiting(tarpit.world.service), ==, 1);
    test_await(reply_is_done(&waiting));
    assert_failed(&waiting, YTOPS_ERROR_TIMEOUT);
    assert_context(&waiting, "jobId", "waiting");
    assert_context(&waiting, "accountId", "acc_02");
    assert_context(&waiting, "retryable", "true");
    assert_context(&waiting, "proxyUrl", NULL);
    assert_account(&tarpit.world, "acc_02", 0, 0);
    assert_proxy(&tarpit.world, 0, 0);
    g_assert_cmpuint(ytops_token_service_count_waiting(tarpit.world.service), ==, 0);
    g_assert_false(reply_is_done(&running));
    tarpit_close(&tarpit);
}

static void test_each_waiter_of_a_shared_job_has_its_own_deadline(void)
{
    Tarpit tarpit;
    g_auto(Reply) patient = {0};
    g_auto(Reply) hasty = {0};

    tarpit_open(&tarpit);
    world_start(&tarpit.world);
    world_submit(&tarpit.world, tarpit.url, "acc_01", "patient", 60, &patient);
    test_await(ytops_token_service_count_running(tarpit.world.service) == 1);
    world_submit(&tarpit.world, tarpit.url, "acc_01", "hasty", 1, &hasty);
    test_await(reply_is_done(&hasty));
    assert_failed(&hasty, YTOPS_ERROR_TIMEOUT);
    assert_context(&hasty, "jobId", "hasty");
    g_assert_false(reply_is_done(&patient));
    g_assert_cmpuint(ytops_token_service_count_running(tarpit.world.service), ==, 1);
    tarpit_close(&tarpit);
}

/* The first waiter was to be told by the end of its job, which the second one moves out. */
static void test_a_joined_job_keeps_the_first_waiter_no_longer(void)
{
    Tarpit tarpit;
    g_auto(Reply) first = {0};
    g_auto(Reply) hasty = {0};
    g_auto(Reply) queued = {0};
    g_auto(Reply) joining = {0};

    tarpit_open(&tarpit);
    world_start(&tarpit.world);
    test_await(ytops_token_service_is_ready(tarpit.world.service));
    world_submit(&tarpit.world, tarpit.url, "acc_01", "first", 4, &first);
    test_await(ytops_token_service_count_running(tarpit.world.service) == 1);
    world_submit(&tarpit.world, tarpit.url, "acc_02", "queued", 30, &queued);
    /* When this one is told, the reaper looks for the next deadline, and it is that of the queued. */
    world_submit(&tarpit.world, tarpit.url, "acc_03", "hasty", 1, &hasty);
    test_await(reply_is_done(&hasty));
    world_submit(&tarpit.world, tarpit.url, "acc_01", "joining", 60, &joining);
    test_await(reply_is_done(&first));
    assert_failed(&first, YTOPS_ERROR_TIMEOUT);
    g_assert_false(reply_is_done(&joining));
    g_assert_cmpuint(ytops_token_service_count_running(tarpit.world.service), ==, 1);
    tarpit_close(&tarpit);
}

static void test_a_full_queue_refuses_and_says_when_to_come_again(void)
{
    Tarpit tarpit;
    g_auto(Reply) running = {0};
    g_auto(Reply) waiting = {0};
    g_auto(Reply) joining = {0};
    g_auto(Reply) refused = {0};

    tarpit_open(&tarpit);
    tarpit.world.options.queue_limit = 1;
    world_start(&tarpit.world);
    world_submit(&tarpit.world, tarpit.url, "acc_01", "running", 60, &running);
    test_await(ytops_token_service_count_running(tarpit.world.service) == 1);
    world_submit(&tarpit.world, tarpit.url, "acc_02", "waiting", 60, &waiting);
    world_submit(&tarpit.world, tarpit.url, "acc_02", "joining", 60, &joining);
    world_submit(&tarpit.world, tarpit.url, "acc_03", "refused", 60, &refused);
    g_assert_true(reply_is_done(&refused));
    assert_failed(&refused, YTOPS_ERROR_OVERLOADED);
    assert_context(&refused, "retryable", "true");
    g_assert_cmpint(atoi(ytops_error_get_context(refused.error, "retryAfterS")), >, 0);
    g_assert_false(reply_is_done(&waiting));
    g_assert_false(reply_is_done(&joining));
    tarpit_close(&tarpit);
}

static void test_freeing_ends_all_requests_and_charges_nobody(void)
{
    Tarpit tarpit;
    g_auto(Reply) running = {0};
    g_auto(Reply) joining = {0};
    g_auto(Reply) waiting = {0};

    tarpit_open(&tarpit);
    world_start(&tarpit.world);
    world_submit(&tarpit.world, tarpit.url, "acc_01", "running", 60, &running);
    test_await(ytops_token_service_count_running(tarpit.world.service) == 1);
    world_submit(&tarpit.world, tarpit.url, "acc_01", "joining", 60, &joining);
    world_submit(&tarpit.world, tarpit.url, "acc_02", "waiting", 60, &waiting);
    ytops_token_service_free(g_steal_pointer(&tarpit.world.service));
    assert_failed(&running, YTOPS_ERROR_DRAINING);
    assert_failed(&joining, YTOPS_ERROR_DRAINING);
    assert_failed(&waiting, YTOPS_ERROR_DRAINING);
    assert_context(&joining, "jobId", "joining");
    assert_account(&tarpit.world, "acc_01", 0, 0);
    assert_proxy(&tarpit.world, 0, 0);
    tarpit_close(&tarpit);
}

static void test_freeing_does_not_wait_for_workers_that_are_not_warm(void)
{
    World world;
    g_autofree char *script = NULL;
    gint64 start = g_get_monotonic_time();

    world_open(&world);
    script = test_worker_double(world.folder, "never_ready.py");
    world.options.worker_script = script;
    world_start(&world);
    g_assert_false(ytops_token_service_is_ready(world.service));
    ytops_token_service_free(g_steal_pointer(&world.service));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 30 * G_USEC_PER_SEC);
    world_close(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-deadlines/a-job-past-its-deadline-is-ended-and-the-next-one-runs",
                    test_a_job_past_its_deadline_is_ended_and_the_next_one_runs);
    g_test_add_func("/token-deadlines/a-request-whose-time-is-over-in-the-queue-charges-nobody",
                    test_a_request_whose_time_is_over_in_the_queue_charges_nobody);
    g_test_add_func("/token-deadlines/each-waiter-of-a-shared-job-has-its-own-deadline",
                    test_each_waiter_of_a_shared_job_has_its_own_deadline);
    g_test_add_func("/token-deadlines/a-joined-job-keeps-the-first-waiter-no-longer",
                    test_a_joined_job_keeps_the_first_waiter_no_longer);
    g_test_add_func("/token-deadlines/a-full-queue-refuses-and-says-when-to-come-again",
                    test_a_full_queue_refuses_and_says_when_to_come_again);
    g_test_add_func("/token-deadlines/freeing-ends-all-requests-and-charges-nobody",
                    test_freeing_ends_all_requests_and_charges_nobody);
    g_test_add_func("/token-deadlines/freeing-does-not-wait-for-workers-that-are-not-warm",
                    test_freeing_does_not_wait_for_workers_that_are_not_warm);
    return g_test_run();
}
