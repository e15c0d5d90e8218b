/* Many threads, several managers, one Redis: nothing that was acknowledged is lost. */
#include "account_world.h"

enum { THREADS = 16, REPORTS = 500 };

typedef struct {
    YtopsAccountManager *manager;
    gboolean succeed; /* whether every second use succeeds; FALSE: all fail */
    int banned;       /* out: how many of its failures banned */
} Reporter;

static gpointer report(gpointer data)
{
    Reporter *reporter = data;
    YtopsAccountUse use = {.account_id = "a", .reason = "BOT_DETECTED: bot", .penalize = TRUE};
    for (int i = 0; i < REPORTS; i++) {
        g_autoptr(GError) error = NULL;
        gboolean banned = FALSE;
        if (reporter->succeed && i % 2 == 0)
            ytops_account_manager_report_success(reporter->manager, &use, &error);
        else
            ytops_account_manager_report_failure(reporter->manager, &use, &banned, &error);
        g_assert_no_error(error);
        reporter->banned += banned ? 1 : 0;
    }
    return NULL;
}

/* Runs all reporters at once, half of them on another manager; gives how many failures banned. */
static int report_from_all_sides(AccountWorld *world, gboolean succeed)
{
    g_autoptr(YtopsAccountManager) other = account_world_other_manager(world, &world->policy);
    Reporter reporters[THREADS];
    GThread *threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        reporters[i] = (Reporter){i % 2 == 0 ? world->manager : other, succeed, 0};
        threads[i] = g_thread_new("reporter", report, &reporters[i]);
    }
    int banned = 0;
    for (int i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
        banned += reporters[i].banned;
    }
    return banned;
}

static void test_no_report_is_lost(AccountWorld *world)
{
    report_from_all_sides(world, TRUE);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->success_count, ==, THREADS * REPORTS / 2);
    g_assert_cmpint(info->failure_count, ==, THREADS * REPORTS / 2);
}

static void test_exactly_one_failure_of_a_row_bans(AccountWorld *world)
{
    g_assert_cmpint(report_from_all_sides(world, FALSE), ==, 1);
    g_autoptr(YtopsAccountInfo) info = account_world_get(world, "a");
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(info->failure_count, ==, THREADS * REPORTS);
    g_assert_cmpint(info->consecutive_failures, ==, THREADS * REPORTS);
}

static void test_two_managers_share_state(AccountWorld *world)
{
    g_autoptr(YtopsAccountManager) other = account_world_other_manager(world, &world->policy);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    for (int i = 0; i < WORLD_THRESHOLD; i++) {
        YtopsAccountManager *manager = i % 2 == 0 ? world->manager : other;
        g_assert_true(ytops_account_manager_report_failure(manager, &use, NULL, NULL));
    }
    g_autoptr(YtopsAccountInfo) banned = ytops_account_manager_get(other, "a", NULL);
    g_assert_cmpint(banned->state, ==, YTOPS_POOL_STATE_BANNED);
    g_assert_true(ytops_account_manager_unban(other, "a", NULL));
    g_autoptr(YtopsAccountInfo) active = account_world_get(world, "a");
    g_assert_cmpint(active->state, ==, YTOPS_POOL_STATE_ACTIVE);
}

static void test_acknowledged_counts_survive_the_death_of_redis(AccountWorld *world)
{
    for (int i = 0; i < 100; i++)
        account_world_succeed(world, "a");
    redis_fixture_kill(world->redis);
    YtopsAccountUse use = {.account_id = "a", .penalize = TRUE};
    g_autoptr(GError) error = NULL;
    g_assert_false(ytops_account_manager_report_success(world->manager, &use, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_autoptr(GError) of_list = NULL;
    g_assert_null(ytops_account_manager_list(world->manager, "", 0, &of_list));
    g_assert_error(of_list, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);

    redis_fixture_restart(world->redis);
    gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    g_autoptr(YtopsAccountInfo) info = NULL;
    while (info == NULL && g_get_monotonic_time() < deadline)
        info = ytops_account_manager_get(world->manager, "a", NULL);
    g_assert_nonnull(info);
    g_assert_cmpint(info->success_count, ==, 100);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(AccountWorld) world = account_world_start();
#define ADD(name) account_world_add_test(world, "/accounts/concurrency/" #name, test_##name)
    ADD(no_report_is_lost);
    ADD(exactly_one_failure_of_a_row_bans);
    ADD(two_managers_share_state);
    ADD(acknowledged_counts_survive_the_death_of_redis);
    return g_test_run();
}
