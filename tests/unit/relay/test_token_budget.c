#include "relay/token_budget.h"

#define SECOND 1000

static void test_an_outage_has_so_many_tokens(void)
{
    YtopsRelaySettings settings;
    TokenBudget budget = {0, 0};
    gint64 now_ms = 7 * SECOND;

    ytops_relay_settings_init(&settings);
    settings.token_attempts = 2;
    settings.retry_delay_ms = 300;
    g_assert_true(token_budget_may_ask(&budget, &settings, now_ms));
    g_assert_cmpint(token_budget_delay_ms(&budget, &settings), ==, 0);
    token_budget_note_asked(&budget, now_ms);
    g_assert_true(token_budget_may_ask(&budget, &settings, now_ms));
    g_assert_cmpint(token_budget_delay_ms(&budget, &settings), ==, 300);
    token_budget_note_asked(&budget, now_ms);
    g_assert_false(token_budget_may_ask(&budget, &settings, now_ms));
    token_budget_clear(&budget);
    g_assert_true(token_budget_may_ask(&budget, &settings, now_ms));
    g_assert_cmpint(token_budget_delay_ms(&budget, &settings), ==, 0);
}

/* Counted from the answer on, which can be long in coming. */
static void test_an_outage_is_forgotten_after_a_minute(void)
{
    YtopsRelaySettings settings;
    TokenBudget budget = {0, 0};

    ytops_relay_settings_init(&settings);
    settings.token_attempts = 1;
    token_budget_note_asked(&budget, 0);
    token_budget_note_answer(&budget, 100 * SECOND);
    g_assert_false(token_budget_may_ask(&budget, &settings, 100 * SECOND));
    g_assert_false(token_budget_may_ask(&budget, &settings, 160 * SECOND - 1));
    g_assert_true(token_budget_may_ask(&budget, &settings, 160 * SECOND));
    g_assert_cmpuint(budget.asked, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-budget/so-many", test_an_outage_has_so_many_tokens);
    g_test_add_func("/token-budget/a-minute", test_an_outage_is_forgotten_after_a_minute);
    return g_test_run();
}
