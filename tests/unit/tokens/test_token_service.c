#include <string.h>

#include "http_double.h"
#include "token_world.h"
#include "ytops/json.h"

#define HEADER "# Netscape HTTP Cookie File\n"

static void assert_makes_tokens(YtopsTokenRunnerKind runner)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;
    g_autoptr(YtopsJson) info = NULL;

    world_open(&world);
    world.options.runner = runner;
    world_start(&world);
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &reply);
    assert_ok(&reply);
    g_assert_cmpstr(reply.result->job_id, ==, "the-job");
    g_assert_cmpstr(reply.result->url, ==, url);
    g_assert_cmpstr(reply.result->account_id, ==, "acc_01");
    g_assert_cmpstr(reply.result->proxy_url, ==, world.proxy_url);
    g_assert_cmpstr(reply.result->server_identity, ==, "test");
    g_assert_cmpint(reply.result->duration_ms, >, 0);
    g_assert_cmpint(reply.result->expires_at, ==, 0);
    g_assert_null(reply.result->cookies);
    g_assert_null(reply.result->po_tokens);
    g_assert_cmpstr(reply.result->ytdlp_command[0], ==, "yt-dlp");
    info = ytops_json_parse(reply.result->info_json, -1, NULL);
    g_assert_cmpstr(ytops_json_get_string(info, "id"), ==, "clip");
    assert_account(&world, "acc_01", 1, 0);
    assert_proxy(&world, 1, 0);
    world_close(&world);
}

static void test_a_warm_worker_makes_a_token_and_its_success_is_recorded(void)
{
    assert_makes_tokens(YTOPS_TOKEN_RUNNER_WARM);
}

static void test_the_command_makes_a_token_and_its_success_is_recorded(void)
{
    assert_makes_tokens(YTOPS_TOKEN_RUNNER_COMMAND);
}

/* A yt-dlp of 2023.03 takes socks5h for an HTTP proxy, unless the worker translates. */
static void test_a_warm_worker_of_any_version_knows_socks5h(void)
{
    World world;
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;
    g_autofree char *proxy_url = NULL;

    world_open(&world);
    proxy_url = g_strconcat("socks5h", strchr(world.proxy_url, ':'), NULL);
    world_use_proxy(&world, proxy_url);
    world_start(&world);
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &reply);
    assert_ok(&reply);
    g_assert_cmpstr(reply.result->proxy_url, ==, proxy_url);
    world_close(&world);
}

static void test_it_is_ready_once_its_workers_are_warm(void)
{
    World world;

    world_open(&world);
    world.options.workers = 2;
    world_start(&world);
    test_await(ytops_token_service_is_ready(world.service));
    g_assert_cmpuint(ytops_token_service_count_running(world.service), ==, 0);
    world_close(&world);
}

static void test_equal_requests_are_one_job(void)
{
    World world;
    g_auto(Reply) one = {0};
    g_auto(Reply) two = {0};
    g_auto(Reply) other = {0};
    g_autofree char *url = NULL;

    world_open(&world);
    world.options.workers = 2;
    world_start(&world);
    url = world_url(&world, "clip.mp4");
    world_submit(&world, url, "acc_01", "one", 0, &one);
    world_submit(&world, url, "acc_01", "two", 0, &two);
    world_submit(&world, url, "acc_02", "other", 0, &other);
    test_await(reply_is_done(&one) && reply_is_done(&two) && reply_is_done(&other));
    g_assert_true(one.result == two.result);
    g_assert_true(one.result != other.result);
    assert_account(&world, "acc_01", 1, 0);
    assert_account(&world, "acc_02", 1, 0);
    world_close(&world);
}

static void test_results_come_from_the_cache(void)
{
    World world;
    g_auto(Reply) made = {0};
    g_auto(Reply) cached = {0};
    g_auto(Reply) fresh = {0};
    g_autofree char *url = NULL;
    YtopsTokenFields no_cache = {
        .account_id = "acc_01", .request_params_json = "{\"no_cache\": true}", .penalize = TRUE};

    world_open(&world);
    world.options.cache_ttl_s = 3600;
    world_start(&world);
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &made);
    world_ask(&world, url, "acc_01", &cached);
    g_assert_true(made.result != NULL && made.result == cached.result);
    assert_account(&world, "acc_01", 1, 0);
    no_cache.url = url;
    world_submit_fields(&world, &no_cache, &fresh);
    test_await(reply_is_done(&fresh));
    g_assert_true(fresh.result != NULL && fresh.result != made.result);
    assert_account(&world, "acc_01", 2, 0);
    world_close(&world);
}

/* The web server here sets a cookie with every answer. */
static void test_cookies_go_in_and_come_back(void)
{
    World world;
    g_autoptr(HttpDouble) server = http_double_start(
        "HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 5\r\n"
        "Set-Cookie: given=fresh; Path=/; Max-Age=86400\r\nConnection: close\r\n\r\nmedia");
    g_auto(Reply) reply = {0};
    g_autofree char *url = g_strconcat(http_double_url(server), "/clip.mp4", NULL);
    g_autofree char *cookies = test_folder_new();
    g_autofree char *request = NULL;
    g_autofree char *text = NULL;

    world_open(&world);
    world.options.cookies_dir = cookies;
    g_free(test_folder_write(cookies, "acc_01.txt",
                             HEADER "127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tkept\told\n"));
    world_start(&world);
    world_ask(&world, url, "acc_01", &reply);
    assert_ok(&reply);
    request = http_double_last_request(server);
    g_assert_nonnull(strstr(request, "kept=old"));
    text = test_folder_read(cookies, "acc_01.txt");
    g_assert_nonnull(strstr(text, "kept\told\n"));
    g_assert_nonnull(strstr(text, "given\tfresh\n"));
    g_assert_nonnull(strstr(reply.result->cookies, "given\tfresh\n"));
    world_close(&world);
    test_folder_free(g_steal_pointer(&cookies));
}

static void test_cookies_of_a_job_that_failed_come_back_too(void)
{
    World world;
    g_autoptr(HttpDouble) server = http_double_start(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 31\r\n"
        "Set-Cookie: kept=renewed; Path=/; Max-Age=86400\r\nConnection: close\r\n\r\n"
        "<html><body>words</body></html>");
    g_auto(Reply) reply = {0};
    g_autofree char *url = g_strconcat(http_double_url(server), "/page.html", NULL);
    g_autofree char *cookies = test_folder_new();
    g_autofree char *text = NULL;

    world_open(&world);
    world.options.cookies_dir = cookies;
    g_free(test_folder_write(cookies, "acc_01.txt",
                             HEADER "127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tkept\told\n"));
    world_start(&world);
    world_ask(&world, url, "acc_01", &reply);
    assert_failed(&reply, YTOPS_ERROR_UNSUPPORTED_URL);
    text = test_folder_read(cookies, "acc_01.txt");
    g_assert_nonnull(strstr(text, "kept\trenewed\n"));
    world_close(&world);
    test_folder_free(g_steal_pointer(&cookies));
}

/* ---- PO tokens ------------------------------------------------------------------------------ */

/* The worker here tells its arguments in place of calling YouTube. */
static void ask_with_provider(HttpDouble *provider, gint64 timeout_s, Reply *reply)
{
    World world;
    g_autofree char *script = NULL;

    world_open(&world);
    world.options.pot_provider_url = http_double_url(provider);
    world.options.worker_script = script = test_worker_double(world.folder, "double.py");
    world_start(&world);
    world_submit(&world, "https://www.youtube.com/watch?v=aqz-KE-bpKQ", "acc_01", "the-job",
                 timeout_s, reply);
    test_await(reply_is_done(reply));
    assert_ok(reply);
    world_close(&world);
}

static void test_a_youtube_job_gets_the_providers_token(void)
{
    g_autofree char *answer = http_double_json(200, "{\"poToken\":\"MnRva2Vu\"}");
    g_autoptr(HttpDouble) provider = http_double_start(answer);
    g_auto(Reply) reply = {0};
    g_autofree char *request = NULL;

    ask_with_provider(provider, 0, &reply);
    request = http_double_last_request(provider);
    g_assert_nonnull(strstr(request, "\"aqz-KE-bpKQ\""));
    g_assert_nonnull(strstr(request, reply.result->proxy_url));
    g_assert_cmpstr(g_hash_table_lookup(reply.result->po_tokens, "gvs"), ==, "MnRva2Vu");
    g_assert_nonnull(strstr(reply.result->info_json, "MnRva2Vu"));
}

static void assert_goes_on_without(const char *answer, gint64 timeout_s)
{
    g_autoptr(HttpDouble) provider = http_double_start(answer);
    g_auto(Reply) reply = {0};

    ask_with_provider(provider, timeout_s, &reply);
    g_assert_cmpuint(http_double_count(provider), ==, 1);
    g_assert_null(reply.result->po_tokens);
    g_assert_null(strstr(reply.result->info_json, "po_token"));
}

static void test_a_job_goes_on_without_a_provider_that_fails(void)
{
    g_autofree char *failed = http_double_json(500, "{\"error\":\"no\"}");
    g_autofree char *garbage = http_double_json(200, "<html>");

    assert_goes_on_without(failed, 0);
    assert_goes_on_without(garbage, 0);
    assert_goes_on_without(NULL, 3);
}

static void test_other_sites_need_no_po_token(void)
{
    World world;
    g_autoptr(HttpDouble) provider = http_double_start(NULL);
    g_auto(Reply) reply = {0};
    g_autofree char *url = NULL;

    world_open(&world);
    world.options.pot_provider_url = http_double_url(provider);
    world_start(&world);
    url = world_url(&world, "clip.mp4");
    world_ask(&world, url, "acc_01", &reply);
    assert_ok(&reply);
    g_assert_cmpuint(http_double_count(provider), ==, 0);
    world_close(&world);
}

/* ---- reports -------------------------------------------------------------------------------- */

static void test_a_reported_outcome_counts_like_a_jobs_own(void)
{
    World world;
    GError *error = NULL;
    YtopsOutcome outcome = {.job_id = "j", .account_id = "acc_01", .success = TRUE};

    world_open(&world);
    world_start(&world);
    outcome.proxy_url = world.proxy_url;
    ytops_token_service_report_outcome(world.service, &outcome, &error);
    g_assert_no_error(error);
    assert_account(&world, "acc_01", 1, 0);
    assert_proxy(&world, 1, 0);
    outcome.success = FALSE;
    outcome.code = YTOPS_ERROR_MEDIA_403;
    outcome.details = "HTTP Error 403";
    ytops_token_service_report_outcome(world.service, &outcome, &error);
    g_assert_no_error(error);
    assert_account(&world, "acc_01", 1, 0);
    assert_proxy(&world, 1, 1);
    outcome.proxy_url = "socks5://127.0.0.1:9";
    g_assert_false(ytops_token_service_report_outcome(world.service, &outcome, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE);
    g_clear_error(&error);
    world_close(&world);
}

static void test_options_that_cannot_work_are_refused(void)
{
    World world;
    g_autoptr(GError) error = NULL;
    YtopsTokenOptions options;

    world_open(&world);
#define ASSERT_REFUSED(change)                                                                     \
    options = world.options;                                                                       \
    options.change;                                                                                \
    g_assert_null(                                                                                 \
        ytops_token_service_new(&options, world.accounts, world.proxies, world.policy, &error));   \
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);                              \
    g_clear_error(&error)
    ASSERT_REFUSED(workers = 0);
    ASSERT_REFUSED(cache_ttl_s = -1);
    ASSERT_REFUSED(worker_script = "/nowhere/ytdlp_worker.py");
    ASSERT_REFUSED(cookies_dir = "/nowhere");
    ASSERT_REFUSED(pot_provider_url = "nonsense");
#undef ASSERT_REFUSED
    world_close(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-service/a-warm-worker-makes-a-token-and-its-success-is-recorded",
                    test_a_warm_worker_makes_a_token_and_its_success_is_recorded);
    g_test_add_func("/token-service/the-command-makes-a-token-and-its-success-is-recorded",
                    test_the_command_makes_a_token_and_its_success_is_recorded);
    g_test_add_func("/token-service/a-warm-worker-of-any-version-knows-socks5h",
                    test_a_warm_worker_of_any_version_knows_socks5h);
    g_test_add_func("/token-service/it-is-ready-once-its-workers-are-warm",
                    test_it_is_ready_once_its_workers_are_warm);
    g_test_add_func("/token-service/equal-requests-are-one-job", test_equal_requests_are_one_job);
    g_test_add_func("/token-service/results-come-from-the-cache", test_results_come_from_the_cache);
    g_test_add_func("/token-service/cookies-go-in-and-come-back", test_cookies_go_in_and_come_back);
    g_test_add_func("/token-service/cookies-of-a-job-that-failed-come-back-too",
                    test_cookies_of_a_job_that_failed_come_back_too);
    g_test_add_func("/token-service/a-youtube-job-gets-the-providers-token",
                    test_a_youtube_job_gets_the_providers_token);
    g_test_add_func("/token-service/a-job-goes-on-without-a-provider-that-fails",
                    test_a_job_goes_on_without_a_provider_that_fails);
    g_test_add_func("/token-service/other-sites-need-no-po-token",
                    test_other_sites_need_no_po_token);
    g_test_add_func("/token-service/a-reported-outcome-counts-like-a-jobs-own",
                    test_a_reported_outcome_counts_like_a_jobs_own);
    g_test_add_func("/token-service/options-that-cannot-work-are-refused",
                    test_options_that_cannot_work_are_refused);
    return g_test_run();
}
