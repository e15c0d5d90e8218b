/*
 * How often a stream of a page may ask for a token in one outage. Pure.
 *
 *   asked, asked, asked -> no more, until data has flowed for a while (token_budget_clear)
 *                          or nothing was asked for a minute
 */
#pragma once

#include "ytops/relay_settings.h"

typedef struct {
    guint asked;          /* in this outage */
    gint64 last_asked_ms; /* when the last answer came, on the caller's monotonic clock */
} TokenBudget;

/* Whether one more may be asked for; forgets an outage that is long past. */
gboolean token_budget_may_ask(TokenBudget *budget, const YtopsRelaySettings *settings,
                              gint64 now_ms);

/* What to wait before: nothing for the first of an outage, the retry delay for the others. */
gint64 token_budget_delay_ms(const TokenBudget *budget, const YtopsRelaySettings *settings);

/* One was asked for; also to be called when its answer comes, which does not count again. */
void token_budget_note_asked(TokenBudget *budget, gint64 now_ms);
void token_budget_note_answer(TokenBudget *budget, gint64 now_ms);

/* The outage is over. */
void token_budget_clear(TokenBudget *budget);
