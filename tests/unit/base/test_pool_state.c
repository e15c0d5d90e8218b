#include "ytops/pool_state.h"

#include "ytops/role.h"

static void durations_read_as_people_say_them(void)
{
    static const struct {
        gint64 seconds;
        const char *text;
    } rows[] = {
        {-5, "0s"},      {0, "0s"},       {42, "42s"},      {59, "59s"},
        {60, "1m"},      {119, "1m"},     {3300, "55m"},    {3599, "59m"},
        {3600, "1h 0m"}, {3900, "1h 5m"}, {7199, "1h 59m"}, {90000, "25h 0m"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = ytops_duration_text(rows[i].seconds);

        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

static void states_read_as_the_contract_says(void)
{
    static const struct {
        YtopsPoolState state;
        gint64 active_in_s;
        const char *text;
    } rows[] = {
        {YTOPS_POOL_STATE_ACTIVE, 0, "ACTIVE"},
        {YTOPS_POOL_STATE_BANNED, 3300, "BANNED (active in 55m)"},
        {YTOPS_POOL_STATE_RESTING, 1500, "RESTING (active in 25m)"},
        {YTOPS_POOL_STATE_BANNED, 42, "BANNED (active in 42s)"},
        {YTOPS_POOL_STATE_BANNED, 3900, "BANNED (active in 1h 5m)"},
        {YTOPS_POOL_STATE_BANNED, YTOPS_UNTIL_UNBANNED, "BANNED (until unbanned)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = ytops_pool_state_text(rows[i].state, rows[i].active_in_s);

        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

static void what_has_no_state_is_active(void)
{
    g_assert_cmpint(ytops_pool_state_from_string(NULL), ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(ytops_pool_state_from_string(""), ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(ytops_pool_state_from_string("gone"), ==, YTOPS_POOL_STATE_ACTIVE);
    g_assert_cmpint(ytops_pool_state_from_string("BANNED"), ==, YTOPS_POOL_STATE_BANNED);
    g_assert_cmpint(ytops_pool_state_from_string("RESTING"), ==, YTOPS_POOL_STATE_RESTING);
}

static void roles_have_the_names_of_the_flag(void)
{
    YtopsRole role = YTOPS_ROLE_ALL_IN_ONE;

    g_assert_true(ytops_role_from_string("worker", &role));
    g_assert_cmpint(role, ==, YTOPS_ROLE_WORKER);
    g_assert_cmpstr(ytops_role_to_string(YTOPS_ROLE_MANAGEMENT), ==, "management");
    g_assert_false(ytops_role_from_string("Worker", &role));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool_state/durations", durations_read_as_people_say_them);
    g_test_add_func("/pool_state/text", states_read_as_the_contract_says);
    g_test_add_func("/pool_state/default", what_has_no_state_is_active);
    g_test_add_func("/role/names", roles_have_the_names_of_the_flag);
    return g_test_run();
}
