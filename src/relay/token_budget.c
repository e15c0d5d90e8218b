#include "token_budget.h"

/* A page that nobody could play for so long gets another chance. */
#define REST_MS (60 * 1000)

gboolean token_budget_may_ask(TokenBudget *budget, const YtopsRelaySettings *settings,
                              gint64 now_ms)
{
    if (budget->asked > 0 && now_ms - budget->last_asked_ms >= REST_MS)
        token_budget_clear(budget);
    return budget->asked < settings->token_attempts;
}

gint64 token_budget_delay_ms(const TokenBudget *budget, const YtopsRelaySettings *settings)
{
    return budget->asked == 0 ? 0 : settings->retry_delay_ms;
}

void token_budget_note_asked(TokenBudget *budget, gint64 now_ms)
{
    budget->asked++;
    budget->last_asked_ms = now_ms;
}

void token_budget_note_answer(TokenBudget *budget, gint64 now_ms)
{
    budget->last_asked_ms = now_ms;
}

void token_budget_clear(TokenBudget *budget)
{
    budget->asked = 0;
}
