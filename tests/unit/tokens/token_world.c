#include "token_world.h"

#define DEFAULT_TIMEOUT_S 60

static void world_open_proxies(World *world, const char *const *proxy_urls)
{
    static const YtopsProxyPolicy policy = {3600, 3, 3, 3600};

    world->proxies =
        ytops_proxy_manager_new(world->pool, &policy, "test", "instance-1", proxy_urls, NULL);
}

void world_open(World *world)
{
    static const YtopsAccountPolicy policy = {1800, 3600, 5, 3600};
    const char *proxy_urls[2] = {NULL, NULL};
    guint16 port;

    *world = (World){0};
    world->redis = redis_fixture_start();
    world->pool = ytops_redis_pool_new(redis_fixture_url(world->redis), NULL, NULL);
    world->accounts = ytops_account_manager_new(world->pool, &policy, "instance-1", NULL);
    world->policy = ytops_error_policy_new(NULL, NULL);
    world->folder = test_folder_new();
    g_free(test_folder_write(world->folder, "clip.mp4", "media"));
    world->web = test_web_server(world->folder, &world->web_port);
    world->socks = test_socks_proxy(&port);
    world->proxy_url = g_strdup_printf("socks5://127.0.0.1:%u", port);
    proxy_urls[0] = world->proxy_url;
    world_open_proxies(world, proxy_urls);
    world->options = (YtopsTokenOptions){
        .runner = YTOPS_TOKEN_RUNNER_WARM,
        .workers = 1,
        .queue_limit = 100,
        .python = test_python(),
        .worker_script = TEST_WORKER_SCRIPT,
        .ytdlp = "yt-dlp",
        .server_identity = "test",
        .worker_max_jobs = 1000,
        .worker_max_rss_mib = 1024,
    };
}

void world_start(World *world)
{
    GError *error = NULL;

    world->service = ytops_token_service_new(&world->options, world->accounts, world->proxies,
                                             world->policy, &error);
    g_assert_no_error(error);
}

/* Puts another list of proxies in the place of the living one. */
void world_use_proxy(World *world, const char *proxy_url)
{
    const char *proxy_urls[] = {proxy_url, NULL};

    ytops_proxy_manager_free(world->proxies);
    world_open_proxies(world, proxy_urls);
}

void world_close(World *world)
{
    ytops_token_service_free(world->service);
    ytops_proxy_manager_free(world->proxies);
    ytops_account_manager_free(world->accounts);
    ytops_error_policy_free(world->policy);
    ytops_redis_pool_free(world->pool);
    redis_fixture_stop(world->redis);
    ytops_process_free(world->socks);
    ytops_process_free(world->web);
    test_folder_free(world->folder);
    g_free(world->proxy_url);
}

char *world_url(const World *world, const char *name)
{
    return g_strdup_printf("http://127.0.0.1:%u/%s", world->web_port, name);
}

/* ---- requests ------------------------------------------------------------------------------- */

static void take_reply(YtopsTokenResult *result, const GError *error, gpointer data)
{
    Reply *reply = data;

    g_assert_true((result == NULL) != (error == NULL));
    reply->result = result != NULL ? ytops_token_result_ref(result) : NULL;
    reply->error = error != NULL ? g_error_copy(error) : NULL;
    g_atomic_int_inc(&reply->n_done);
}

gboolean reply_is_done(Reply *reply)
{
    return g_atomic_int_get(&reply->n_done) > 0;
}

void reply_clear(Reply *reply)
{
    g_assert_cmpint(g_atomic_int_get(&reply->n_done), ==, 1);
    ytops_token_result_unref(reply->result);
    g_clear_error(&reply->error);
}

void world_submit_fields(World *world, const YtopsTokenFields *fields, Reply *reply)
{
    GError *error = NULL;
    YtopsTokenAsk *ask = ytops_token_ask_new(fields, DEFAULT_TIMEOUT_S, &error);

    g_assert_no_error(error);
    *reply = (Reply){0};
    ytops_token_service_submit(world->service, ask, take_reply, reply);
}

void world_submit(World *world, const char *url, const char *account_id, const char *job_id,
                  gint64 timeout_s, Reply *reply)
{
    YtopsTokenFields fields = {.url = url,
                               .account_id = account_id,
                               .job_id = job_id,
                               .timeout_s = timeout_s,
                               .penalize = TRUE};

    world_submit_fields(world, &fields, reply);
}

void world_ask(World *world, const char *url, const char *account_id, Reply *reply)
{
    world_submit(world, url, account_id, "the-job", 0, reply);
    test_await(reply_is_done(reply));
}

void assert_context(const Reply *reply, const char *key, const char *value)
{
    g_assert_cmpstr(ytops_error_get_context(reply->error, key), ==, value);
}

/* ---- what was recorded ---------------------------------------------------------------------- */

void assert_account(World *world, const char *account_id, gint64 successes, gint64 failures)
{
    GError *error = NULL;
    g_autoptr(YtopsAccountInfo) info =
        ytops_account_manager_get(world->accounts, account_id, &error);

    g_assert_no_error(error);
    g_assert_cmpint(info->success_count, ==, successes);
    g_assert_cmpint(info->failure_count, ==, failures);
}

void assert_proxy(World *world, gint64 successes, gint64 failures)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) list = ytops_proxy_manager_list(world->proxies, NULL, &error);
    gint64 all_successes = 0;
    gint64 all_failures = 0;

    g_assert_no_error(error);
    for (guint i = 0; i < list->len; i++) {
        YtopsProxyInfo *info = g_ptr_array_index(list, i);

        all_successes += info->success_count;
        all_failures += info->failure_count;
    }
    g_assert_cmpint(all_successes, ==, successes);
    g_assert_cmpint(all_failures, ==, failures);
}
