#include <string.h>

#include <glib/gstdio.h>

#include "http_double.h"
#include "token_world.h"

static guint count_starts(const World *world)
{
    g_autofree char *starts = test_folder_read(world->folder, "starts.txt");
    g_auto(GStrv) lines = g_strsplit(starts, "\n", -1);

    return g_strv_length(lines) - 1;
}

static void test_a_dead_proxy_is_charged_to_account_and_proxy(void)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;
    g_autofree char *dead = g_strdup_printf("socks5://me:secret@127.0.0.1:%u", test_free_port());

    world_open(&world);
    world_use_proxy(&world, dead);
    world_start(&world);
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED);
    assert_context(&reply, "jobId", "the-job");
    assert_context(&reply, "accountId", "acc_01");
    assert_context(&reply, "proxyUrl", dead);
    assert_context(&reply, "serverIdentity", "test");
    assert_context(&reply, "bannable", "true");
    g_assert_null(strstr(reply.error->message, "secret"));
    assert_account(&world, "acc_01", 0, 1);
    assert_proxy(&world, 0, 1);
    world_close(&world);
}

static void test_what_the_site_answers_is_classified_and_charged(void)
{
    World world;
    g_autofree char *answer = http_double_json(429, "{}");
    g_autoptr(HttpDouble) server = http_double_start(answer);
    g_auto(Reply) reply = {0};
    g_autofree char *url = g_strconcat(http_double_url(server), "/clip.mp4", NULL);

    world_open(&world);
    world_start(&world);
    world_ask(&world, url, "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_HTTP_429);
    g_assert_nonnull(strstr(reply.error->message, "HTTP Error 429"));
    assert_context(&reply, "proxyUrl", world.proxy_url);
    assert_context(&reply, "bannable", "false");
    assert_account(&world, "acc_01", 0, 1);
    assert_proxy(&world, 0, 1);
    world_close(&world);
}

static void test_an_address_that_is_no_video_charges_nobody(void)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;

    world_open(&world);
    g_free(test_folder_write(world.folder, "page.html", "<html><body>words</body></html>"));
    world_start(&world);
    url = world_url(&world, "page.html");
    world_ask(&world, url, "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_UNSUPPORTED_URL);
    assert_account(&world, "acc_01", 0, 0);
    assert_proxy(&world, 0, 0);
    world_close(&world);
}

/* Redis goes away while yt-dlp works: what was extracted is kept, but not called a success. */
static void test_a_success_that_cannot_be_recorded_is_not_claimed(void)
{
    World world;
    g_autofree char *script = NULL;
    g_auto(Reply) reply = {0};
    g_auto(Reply) again = {0};

    world_open(&world);
    world.options.worker_script = script = test_worker_double(world.folder, "double.py");
    world.options.cache_ttl_s = 60;
    world_start(&world);
    world_submit(&world, "http://127.0.0.1/wait_for_go", "acc_01", "the-job", 0, &reply);
    test_await(test_folder_has(world.folder, "waiting.txt"));
    redis_fixture_kill(world.redis);
    g_free(test_folder_write(world.folder, "go.txt", "go"));
    test_await(reply_is_done(&reply));
    assert_failed(&reply, YTOPS_ERROR_REDIS_UNAVAILABLE);
    world_ask(&world, "http://127.0.0.1/wait_for_go", "acc_01", &again);
    assert_ok(&again);
    redis_fixture_restart(world.redis);
    world_close(&world);
}

static void test_a_worker_that_dies_charges_nobody_and_can_be_asked_again(void)
{
    World world;
    g_autofree char *script = NULL;
    g_auto(Reply) reply = {0};
    g_auto(Reply) again = {0};

    world_open(&world);
    world.options.worker_script = script = test_worker_double(world.folder, "double.py");
    world_start(&world);
    world_ask(&world, "http://127.0.0.1/killed", "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_INTERNAL);
    assert_context(&reply, "retryable", "true");
    assert_context(&reply, "bannable", "false");
    assert_account(&world, "acc_01", 0, 0);
    assert_proxy(&world, 0, 0);
    world_ask(&world, "http://127.0.0.1/good", "acc_01", &again);
    assert_ok(&again);
    world_close(&world);
}

/* One of two workers cannot start; the other one is busy, and the job waits for it. */
static void test_a_worker_that_cannot_start_takes_no_job_from_one_that_could(void)
{
    World world;
    g_autofree char *script = NULL;
    g_auto(Reply) first = {0};
    g_auto(Reply) second = {0};
    guint n_starts;

    world_open(&world);
    world.options.worker_script = script = test_worker_double(world.folder, "only_one_starts.py");
    world.options.workers = 2;
    world_start(&world);
    test_await(ytops_token_service_count_ready(world.service) == 1);
    world_submit(&world, "http://127.0.0.1/wait_for_go", "acc_01", "first", 0, &first);
    test_await(test_folder_has(world.folder, "waiting.txt"));
    test_await(count_starts(&world) >= 2);
    n_starts = count_starts(&world);
    world_submit(&world, "http://127.0.0.1/good", "acc_02", "second", 0, &second);
    test_await(count_starts(&world) > n_starts);
    g_assert_false(reply_is_done(&second));
    g_free(test_folder_write(world.folder, "go.txt", "go"));
    test_await(reply_is_done(&first) && reply_is_done(&second));
    assert_ok(&first);
    assert_ok(&second);
    world_close(&world);
}

/* The folder that the server was started in, such as that of a release, can be removed meanwhile. */
static void test_workers_start_where_the_current_folder_is_gone(void)
{
    World world;
    g_autofree char *before = g_get_current_dir();
    char *folder = test_folder_new();

    world_open(&world);
    g_assert_cmpint(g_chdir(folder), ==, 0);
    test_folder_free(folder);
    world_start(&world);
    test_await(ytops_token_service_is_ready(world.service));
    g_assert_cmpint(g_chdir(before), ==, 0);
    world_close(&world);
}

static void test_without_an_active_proxy_nobody_is_charged(void)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;

    world_open(&world);
    world_start(&world);
    g_assert_true(ytops_proxy_manager_ban(world.proxies, NULL, world.proxy_url, "test", 100, NULL));
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_NO_ACTIVE_PROXIES);
    g_assert_nonnull(ytops_error_get_context(reply.error, "retryAfterS"));
    assert_account(&world, "acc_01", 0, 0);
    world_close(&world);
}

static void test_a_proxy_that_is_asked_for_must_be_its_own(void)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;
    YtopsTokenFields fields = {
        .account_id = "acc_01", .proxy_url = "socks5://127.0.0.1:9", .penalize = TRUE};

    world_open(&world);
    world_start(&world);
    fields.url = url = world_url(&world, "clip.mp4");
    world_submit_fields(&world, &fields, &reply);
    test_await(reply_is_done(&reply));
    assert_failed(&reply, YTOPS_ERROR_OUT_OF_SCOPE);
    world_close(&world);
}

static void test_without_redis_a_request_fails_fast(void)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;

    world_open(&world);
    world_start(&world);
    redis_fixture_kill(world.redis);
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_REDIS_UNAVAILABLE);
    redis_fixture_restart(world.redis);
    world_close(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-failures/a-dead-proxy-is-charged-to-account-and-proxy",
                    test_a_dead_proxy_is_charged_to_account_and_proxy);
    g_test_add_func("/token-failures/what-the-site-answers-is-classified-and-charged",
                    test_what_the_site_answers_is_classified_and_charged);
    g_test_add_func("/token-failures/an-address-that-is-no-video-charges-nobody",
                    test_an_address_that_is_no_video_charges_nobody);
    g_test_add_func("/token-failures/a-success-that-cannot-be-recorded-is-not-claimed",
                    test_a_success_that_cannot_be_recorded_is_not_claimed);
    g_test_add_func("/token-failures/a-worker-that-dies-charges-nobody-and-can-be-asked-again",
                    test_a_worker_that_dies_charges_nobody_and_can_be_asked_again);
    g_test_add_func("/token-failures/a-worker-that-cannot-start-takes-no-job-from-one-that-could",
                    test_a_worker_that_cannot_start_takes_no_job_from_one_that_could);
    g_test_add_func("/token-failures/workers-start-where-the-current-folder-is-gone",
                    test_workers_start_where_the_current_folder_is_gone);
    g_test_add_func("/token-failures/without-an-active-proxy-nobody-is-charged",
                    test_without_an_active_proxy_nobody_is_charged);
    g_test_add_func("/token-failures/a-proxy-that-is-asked-for-must-be-its-own",
                    test_a_proxy_that_is_asked_for_must_be_its_own);
    g_test_add_func("/token-failures/without-redis-a-request-fails-fast",
                    test_without_redis_a_request_fails_fast);
    return g_test_run();
}
