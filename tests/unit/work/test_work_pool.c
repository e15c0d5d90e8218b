/* The accounts of a lane, and the choice of one of them. */
#include <string.h>

#include "work_bed.h"
#include "ytops/log.h"

static char *assign(WorkBed *bed, const YtopsWorkPool *pool, const char *preferred,
                    const char *const *excluded)
{
    g_autoptr(GError) error = NULL;
    char *id = ytops_work_pool_assign(pool, bed->accounts, preferred, excluded, &error);
    g_assert_no_error(error);
    return id;
}

static void ban(WorkBed *bed, const char *id, gint64 duration_s)
{
    g_assert_true(ytops_account_manager_ban(bed->accounts, id, "r", duration_s, NULL));
}

/* Uses the account until it is due for a rest, and reads it: it rests from now on. */
static void send_to_rest(WorkBed *bed, const char *id)
{
    YtopsAccountUse use = {.account_id = id, .penalize = TRUE};
    g_assert_true(ytops_account_manager_report_success(bed->accounts, &use, NULL));
    bed->now += 1800;
    g_autoptr(YtopsAccountInfo) info = ytops_account_manager_get(bed->accounts, id, NULL);
    g_assert_cmpint(info->state, ==, YTOPS_POOL_STATE_RESTING);
}

/* ---- pools --------------------------------------------------------------------------------- */

static void test_a_prefix_and_a_size(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("my_prefix:50", TRUE);
    g_assert_cmpstr(pool->prefix, ==, "my_prefix");
    g_assert_cmpint(pool->size, ==, 50);
    g_assert_true(pool->auto_create_on_exhaustion);
    /* my_prefix_01 to my_prefix_50, each of them and no other */
    gboolean seen[51] = {FALSE};
    guint n_seen = 0;
    for (int i = 0; n_seen < 50; i++) {
        g_autofree char *id = assign(bed, pool, NULL, NULL);
        g_assert_true(g_str_has_prefix(id, "my_prefix_"));
        g_assert_cmpint(strlen(id), ==, strlen("my_prefix_01"));
        gint64 number = g_ascii_strtoll(id + strlen("my_prefix_"), NULL, 10);
        g_assert_cmpint(number, >=, 1);
        g_assert_cmpint(number, <=, 50);
        n_seen += seen[number] ? 0 : 1;
        seen[number] = TRUE;
        /* 50 draws of one in 50: that one stays unseen for so long has the odds of 1 : 10^80. */
        g_assert_cmpint(i, <, 10000);
    }
}

static void test_numbers_grow_past_two_digits(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:101", FALSE);
    static const char *const members[] = {"p_01", "p_99", "p_100", "p_101"};
    static const char *const strangers[] = {"p_1",   "p_00", "p_0",    "p_102", "p_001",
                                            "p_1e2", "q_01", "p_100 ", "p_0x1", "p_",
                                            "p-01",  "p_-1", "p_1.5"};
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *id = assign(bed, pool, members[i], NULL);
        g_assert_cmpstr(id, ==, members[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(strangers); i++) {
        g_autofree char *id = assign(bed, pool, strangers[i], NULL);
        g_assert_cmpstr(id, !=, strangers[i]);
    }
}

static void test_a_list(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool(" alice, bob:3,alice , carol", TRUE);
    g_assert_null(pool->prefix);
    g_assert_cmpint(g_strv_length(pool->account_ids), ==, 3);
    /* A list names its accounts: none is made beside them. */
    g_assert_false(pool->auto_create_on_exhaustion);
    static const char *const others[] = {"alice", "carol", NULL};
    g_autofree char *id = assign(bed, pool, NULL, others);
    g_assert_cmpstr(id, ==, "bob:3");
}

static void test_bad_pools(WorkBed *bed G_GNUC_UNUSED)
{
    g_autofree char *long_prefix = g_strnfill(240, 'p');
    g_autofree char *too_long = g_strconcat(long_prefix, ":5", NULL);
    const char *cases[][2] = {
        {"", "neither"},
        {"p:0", "the size '0'"},
        {"p:-1", "the size '-1'"},
        {"p:10001", "the size '10001'"},
        {"p:", "the size ''"},
        {"p:many", "the size 'many'"},
        {"p:5x", "the size '5x'"},
        {":5", "neither"},
        {".p:5", "prefix"},
        {"a/b:5", "prefix"},
        {too_long, "longer than 256"},
        {"a,,b", "entry 2"},
        {"a,b/c", "entry 2"},
        {",", "entry 1"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(ytops_work_pool_parse(cases[i][0], TRUE, &error));
        work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, cases[i][1], NULL);
    }
    static const char *const ids[] = {"a", NULL};
    g_autoptr(GError) error = NULL;
    g_assert_null(ytops_work_pool_new("p", 5, ids, TRUE, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "both", NULL);
    g_assert_null(ytops_work_pool_new(NULL, 5, NULL, TRUE, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "neither", NULL);
    g_autoptr(GPtrArray) many = g_ptr_array_new();
    for (int i = 0; i < 10001; i++)
        g_ptr_array_add(many, (gpointer) "a");
    g_ptr_array_add(many, NULL);
    g_assert_null(ytops_work_pool_new(NULL, 0, (const char *const *)many->pdata, TRUE, &error));
    work_bed_assert_error(&error, YTOPS_ERROR_INVALID_ARGUMENT, "10000", NULL);
}

/* ---- the choice ----------------------------------------------------------------------------- */

/*
 * Chi-square over 20 accounts of which 12 are active, 12,000 draws, 11 degrees of freedom. A uniform
 * choice gives more than 60 once in 10^8 runs; one that favours an account by a fifth gives about 400.
 */
static void test_each_active_account_is_equally_likely(WorkBed *bed)
{
    enum { N = 20, INACTIVE = 8, DRAWS = 12000 };
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:20", FALSE);
    int counts[N + 1] = {0};
    for (int i = 1; i <= INACTIVE; i++) {
        g_autofree char *id = g_strdup_printf("p_%02d", 2 * i);
        ban(bed, id, 0);
    }
    for (int i = 0; i < DRAWS; i++) {
        g_autofree char *id = assign(bed, pool, NULL, NULL);
        counts[g_ascii_strtoll(id + 2, NULL, 10)]++;
    }
    double expected = (double)DRAWS / (N - INACTIVE), chi_square = 0;
    for (int i = 1; i <= N; i++) {
        if (i % 2 == 0 && i <= 2 * INACTIVE)
            g_assert_cmpint(counts[i], ==, 0);
        else
            chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    g_test_message("chi-square %.1f", chi_square);
    g_assert_cmpfloat(chi_square, <, 60);
}

static void test_affinity(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:50", FALSE);
    static const char *const excluded[] = {"p_07", NULL};
    for (int i = 0; i < 50; i++) {
        g_autofree char *id = assign(bed, pool, "p_07", NULL);
        g_assert_cmpstr(id, ==, "p_07");
    }
    g_autofree char *other = assign(bed, pool, "p_07", excluded);
    g_assert_cmpstr(other, !=, "p_07");
    ban(bed, "p_07", 0);
    g_autofree char *while_banned = assign(bed, pool, "p_07", NULL);
    g_assert_cmpstr(while_banned, !=, "p_07");
    bed->now += BED_BAN_S;
    g_autofree char *after = assign(bed, pool, "p_07", NULL);
    g_assert_cmpstr(after, ==, "p_07");
}

static void test_affinity_to_an_account_that_the_pool_made(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:5", TRUE);
    g_autofree char *made = assign(bed, pool, "p-auto-0123456789ab", NULL);
    g_assert_cmpstr(made, ==, "p-auto-0123456789ab");
    g_autofree char *foreign = assign(bed, pool, "pp-auto-0123456789ab", NULL);
    g_assert_true(g_str_has_prefix(foreign, "p_0"));
}

static void test_exclusion(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:4", FALSE);
    static const char *const excluded[] = {"p_01", "p_03", "p_04", "stranger", NULL};
    for (int i = 0; i < 50; i++) {
        g_autofree char *id = assign(bed, pool, NULL, excluded);
        g_assert_cmpstr(id, ==, "p_02");
    }
}

/* A choice is a read like any other: it ends what is over, and sends to rest who is due. */
static void test_a_choice_moves_whose_time_has_come(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("a,b", FALSE);
    g_autoptr(GError) error = NULL;
    YtopsAccountUse use = {.account_id = "b", .penalize = TRUE};
    ban(bed, "a", 600);
    g_assert_true(ytops_account_manager_report_success(bed->accounts, &use, NULL));
    bed->now += 599;
    g_autofree char *before = assign(bed, pool, NULL, NULL);
    g_assert_cmpstr(before, ==, "b");
    bed->now += 1201;
    for (int i = 0; i < 20; i++) {
        g_autofree char *id = assign(bed, pool, "b", NULL);
        g_assert_cmpstr(id, ==, "a");
    }
    g_autoptr(YtopsRedisReply) a = work_bed_redis(bed, "HGET", "account_status:a", "status", NULL);
    g_autoptr(YtopsRedisReply) b = work_bed_redis(bed, "HGET", "account_status:b", "status", NULL);
    g_assert_cmpstr(ytops_redis_reply_string(a), ==, "ACTIVE");
    g_assert_cmpstr(ytops_redis_reply_string(b), ==, "RESTING");
}

/* An account without state is ACTIVE, and a choice creates none. */
static void test_a_choice_of_the_unknown_writes_nothing(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:50", FALSE);
    g_autofree char *id = assign(bed, pool, NULL, NULL);
    g_autoptr(YtopsRedisReply) size = work_bed_redis(bed, "DBSIZE", NULL);
    g_assert_cmpint(ytops_redis_reply_int(size, -1), ==, 0);
}

static void test_a_damaged_account_is_not_chosen(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("a,b", FALSE);
    work_bed_do(bed, "SET", "account_status:a", "x", NULL);
    for (int i = 0; i < 20; i++) {
        g_autofree char *id = assign(bed, pool, "a", NULL);
        g_assert_cmpstr(id, ==, "b");
    }
}

/* ---- exhaustion ------------------------------------------------------------------------------ */

static void test_exhaustion_names_the_soonest(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("a,b,c,d,e", FALSE);
    static const char *const excluded[] = {"e", NULL};
    g_autoptr(GError) error = NULL;
    send_to_rest(bed, "a"); /* for an hour from now on */
    ban(bed, "b", 900);
    ban(bed, "c", YTOPS_UNTIL_UNBANNED);
    ban(bed, "d", 7200);
    g_assert_null(ytops_work_pool_assign(pool, bed->accounts, NULL, excluded, &error));
    g_assert_cmpstr(ytops_error_get_context(error, "nextAccountId"), ==, "b");
    g_assert_cmpstr(ytops_error_get_context(error, "retryAfterS"), ==, "900");
    work_bed_assert_error(&error, YTOPS_ERROR_NO_ACTIVE_ACCOUNTS, "1 rest", "3 are banned",
                          "1 are excluded", "b is active again in 900 s", NULL);
    bed->now += 900;
    g_autofree char *id = assign(bed, pool, NULL, excluded);
    g_assert_cmpstr(id, ==, "b");
}

static void test_exhaustion_for_good(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("a", FALSE);
    g_autoptr(GError) error = NULL;
    ban(bed, "a", YTOPS_UNTIL_UNBANNED);
    g_assert_null(ytops_work_pool_assign(pool, bed->accounts, NULL, NULL, &error));
    g_assert_null(ytops_error_get_context(error, "nextAccountId"));
    g_assert_null(ytops_error_get_context(error, "retryAfterS"));
    work_bed_assert_error(&error, YTOPS_ERROR_NO_ACTIVE_ACCOUNTS, "unban some", NULL);
}

/* "{prefix}-auto-{unique_id}", never the same twice. */
static void test_accounts_are_made_on_exhaustion(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("my_prefix:2", TRUE);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ban(bed, "my_prefix_01", 0);
    ban(bed, "my_prefix_02", YTOPS_UNTIL_UNBANNED);
    for (int i = 0; i < 100; i++) {
        char *id = assign(bed, pool, NULL, NULL);
        g_assert_true(g_regex_match_simple("^my_prefix-auto-[0-9a-f]{12}$", id, 0, 0));
        g_assert_true(g_hash_table_add(seen, id));
    }
    bed->now += BED_BAN_S;
    g_autofree char *back = assign(bed, pool, NULL, NULL);
    g_assert_cmpstr(back, ==, "my_prefix_01");
}

/* ---- large pools ------------------------------------------------------------------------------- */

static gint64 commands_so_far(WorkBed *bed)
{
    g_autoptr(YtopsRedisReply) reply = work_bed_redis(bed, "INFO", "stats", NULL);
    const char *line = strstr(ytops_redis_reply_string(reply), "total_commands_processed:");
    return g_ascii_strtoll(strchr(line, ':') + 1, NULL, 10);
}

static void test_10000_accounts_in_one_round_trip(WorkBed *bed)
{
    g_autoptr(YtopsWorkPool) pool = work_bed_pool("p:10000", FALSE);
    g_autofree char *first = assign(bed, pool, NULL, NULL); /* loads the script */
    gint64 before = commands_so_far(bed);
    g_autofree char *id = assign(bed, pool, NULL, NULL);
    /* The call, one HMGET in it, and the INFO itself. */
    g_assert_cmpint(commands_so_far(bed) - before, <=, 3);
    /* Even where all but one are inactive it finds that one, in the same way. */
    for (int i = 1; i <= 10000; i++) {
        g_autofree char *key = g_strdup_printf("account_status:p_%02d", i);
        if (i != 4711)
            work_bed_do(bed, "HSET", key, "status", "BANNED", NULL);
    }
    gint64 start = g_get_monotonic_time();
    g_autofree char *only = assign(bed, pool, "p_10000", NULL);
    g_test_message("the one active of 10,000: %.1f ms",
                   (double)(g_get_monotonic_time() - start) / 1000);
    g_assert_cmpstr(only, ==, "p_4711");
}

static void test_10000_listed_accounts(WorkBed *bed)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 10000; i++)
        g_ptr_array_add(ids, g_strdup_printf("listed-%d", i));
    g_ptr_array_add(ids, NULL);
    g_autoptr(YtopsWorkPool) pool =
        ytops_work_pool_new(NULL, 0, (const char *const *)ids->pdata, FALSE, &error);
    g_assert_no_error(error);
    g_autofree char *any = assign(bed, pool, NULL, NULL);
    g_assert_true(g_str_has_prefix(any, "listed-"));
    g_autofree char *preferred = assign(bed, pool, "listed-9999", NULL);
    g_assert_cmpstr(preferred, ==, "listed-9999");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ytops_log_set_level(YTOPS_LOG_ERROR);
    g_autoptr(WorkBed) bed = work_bed_start();
#define ADD(name) work_bed_add_test(bed, "/work/pool/" #name, test_##name)
    ADD(a_prefix_and_a_size);
    ADD(numbers_grow_past_two_digits);
    ADD(a_list);
    ADD(bad_pools);
    ADD(each_active_account_is_equally_likely);
    ADD(affinity);
    ADD(affinity_to_an_account_that_the_pool_made);
    ADD(exclusion);
    ADD(a_choice_moves_whose_time_has_come);
    ADD(a_choice_of_the_unknown_writes_nothing);
    ADD(a_damaged_account_is_not_chosen);
    ADD(exhaustion_names_the_soonest);
    ADD(exhaustion_for_good);
    ADD(accounts_are_made_on_exhaustion);
    ADD(10000_accounts_in_one_round_trip);
    ADD(10000_listed_accounts);
    return g_test_run();
}
