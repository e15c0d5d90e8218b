#include "account_choice.h"

/* The order in which lua/choose.lua gives the parts. */
enum { CHOICE_ID, CHOICE_RESTING, CHOICE_BANNED, CHOICE_EXCLUDED, CHOICE_NEXT_ID, CHOICE_NEXT_IN };

void ytops_account_choice_clear(YtopsAccountChoice *choice)
{
    g_clear_pointer(&choice->account_id, g_free);
    g_clear_pointer(&choice->next_account_id, g_free);
}

static void add_text(GPtrArray *args, const char *text)
{
    g_ptr_array_add(args, g_strdup(text != NULL ? text : ""));
}

static void add_number(GPtrArray *args, gint64 number)
{
    g_ptr_array_add(args, ytops_redis_number_text(number));
}

static void add_list(GPtrArray *args, const char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++)
        add_text(args, *texts);
}

static gint64 count_texts(const char *const *texts)
{
    return texts != NULL ? (gint64)g_strv_length((char **)texts) : 0;
}

static GPtrArray *arguments(const YtopsAccountPolicy *policy,
                            const YtopsAccountCandidates *candidates)
{
    GPtrArray *args = g_ptr_array_new_with_free_func(g_free);
    add_number(args, g_random_int());
    add_number(args, policy->active_duration_s);
    add_number(args, policy->cooldown_duration_s);
    add_text(args, candidates->preferred);
    add_text(args, candidates->prefix);
    add_number(args, candidates->size);
    add_number(args, count_texts(candidates->excluded));
    add_list(args, candidates->excluded);
    if (candidates->prefix == NULL)
        add_list(args, candidates->account_ids);
    g_ptr_array_add(args, NULL);
    return args;
}

static char *text_at(const YtopsRedisReply *reply, gsize index)
{
    return g_strdup(ytops_redis_reply_string_at(reply, index));
}

gboolean account_choice_make(AccountStore *store, const YtopsAuditAuthor *author,
                             const YtopsAccountPolicy *policy,
                             const YtopsAccountCandidates *candidates, YtopsAccountChoice *choice,
                             GError **error)
{
    g_autoptr(GPtrArray) args = arguments(policy, candidates);
    g_autoptr(YtopsRedisReply) reply = account_store_run_on_many(
        store, author, ACCOUNT_SCRIPT_CHOOSE, (const char *const *)args->pdata, error);
    if (reply == NULL)
        return FALSE;
    choice->account_id = text_at(reply, CHOICE_ID);
    choice->n_resting = ytops_redis_reply_int_at(reply, CHOICE_RESTING, 0);
    choice->n_banned = ytops_redis_reply_int_at(reply, CHOICE_BANNED, 0);
    choice->n_excluded = ytops_redis_reply_int_at(reply, CHOICE_EXCLUDED, 0);
    choice->next_account_id = text_at(reply, CHOICE_NEXT_ID);
    choice->next_in_s = ytops_redis_reply_int_at(reply, CHOICE_NEXT_IN, 0);
    return TRUE;
}
