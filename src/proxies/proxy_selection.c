/*
 * Happy path: one call of lua/select.lua looks at the first few proxies from the turn on, takes the
 * first active one and gives the turn to the next active one.
 *
 * Where those few hold no active proxy the next ones are looked at, twice as many each time, until
 * all were. Where another thread has moved the turn in between, the search begins anew from there;
 * that cannot go on for ever, as each move is a selection that came to its end. Where only the one
 * after the taken proxy was not found yet, the turn stands on one nobody looked at, and a search
 * that only moves the turn on follows.
 */
#include "proxy_selection.h"

#include "ytops/error.h"
#include "ytops/proxy_url.h"

/*
 * More than the threads that select at once, so that a turn they have moved on is nearly always
 * among the candidates; small enough that its cost does not show.
 */
enum { FIRST_BATCH = 16, LARGEST_BATCH = 512 };

typedef struct {
    const ProxyStore *store;
    ProxyRoster *roster;
    const char *mode; /* "take" or "seek" */
    gsize first;      /* index of the next candidate */
    gsize batch;      /* how many to look at in the next call */
    gsize left;       /* how many were not looked at yet */
    char *origin;     /* argument 9 of lua/select.lua; owned */
    gint64 soonest_s; /* until the first ban ends, of those looked at; -1: none does */
} Search;

typedef enum { VERDICT_TAKEN, VERDICT_SOUGHT, VERDICT_NONE, VERDICT_MOVED, N_VERDICTS } Verdict;

typedef struct {
    Verdict verdict;
    const char *url;
    const char *next_url;
    gboolean is_tentative;
    gsize start; /* 1-based */
    gint64 soonest_s;
    gboolean is_incomplete;
} Answer;

static void search_begin(Search *search, gsize first, const char *origin)
{
    search->first = first;
    search->batch = FIRST_BATCH;
    search->left = proxy_roster_size(search->roster);
    search->soonest_s = -1;
    g_free(search->origin);
    search->origin = g_strdup(origin);
}

static gsize next_batch(const Search *search)
{
    return MIN(search->batch, search->left);
}

static YtopsRedisReply *search_ask(const Search *search, GError **error)
{
    gsize n = next_batch(search);
    gboolean is_whole = n == proxy_roster_size(search->roster);
    g_autoptr(GPtrArray) args = proxy_store_begin(search->store, NULL);
    proxy_args_add(args, search->mode);
    proxy_args_add(args, search->origin);
    proxy_args_add(args, is_whole ? "whole" : NULL);
    proxy_args_add(args, proxy_roster_at(search->roster, search->first + n));
    for (gsize i = 0; i < n; i++)
        proxy_args_add(args, proxy_roster_at(search->roster, search->first + i));
    return proxy_store_run(search->store, PROXY_SCRIPT_SELECT, args, error);
}

static gboolean read_answer(const YtopsRedisReply *reply, Answer *answer, GError **error)
{
    static const char *const names[N_VERDICTS] = {"taken", "sought", "none", "moved"};
    const char *verdict = ytops_redis_reply_string_at(reply, 0);
    answer->verdict = N_VERDICTS;
    for (gsize i = 0; i < N_VERDICTS; i++) {
        if (g_strcmp0(verdict, names[i]) == 0)
            answer->verdict = (Verdict)i;
    }
    answer->url = ytops_redis_reply_string_at(reply, 1);
    answer->next_url = ytops_redis_reply_string_at(reply, 2);
    const char *tentative = ytops_redis_reply_string_at(reply, 3);
    answer->is_tentative = g_strcmp0(tentative, "tentative") == 0;
    answer->start = (gsize)ytops_redis_reply_int_at(reply, 4, 1);
    answer->soonest_s = ytops_redis_reply_int_at(reply, 5, -1);
    const char *incomplete = ytops_redis_reply_string_at(reply, 6);
    answer->is_incomplete = g_strcmp0(incomplete, "incomplete") == 0;
    if (answer->verdict != N_VERDICTS && answer->url != NULL && answer->next_url != NULL)
        return TRUE;
    g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                        "Redis gave an answer to proxy_select that cannot be read");
    return FALSE;
}

static void search_go_on(Search *search, const Answer *answer)
{
    gsize n = next_batch(search);
    gboolean is_whole = n == proxy_roster_size(search->roster);
    gsize looked_at = is_whole ? n : n - MIN(answer->start - 1, n);
    if (answer->soonest_s >= 0 && (search->soonest_s < 0 || answer->soonest_s < search->soonest_s))
        search->soonest_s = answer->soonest_s;
    search->first += n;
    search->left -= looked_at;
    search->batch = MIN(search->batch * 2, LARGEST_BATCH);
    g_free(search->origin);
    search->origin = g_strdup(answer->url);
}

/* A turn that names no proxy of this instance means the first of its list. */
static void search_follow(Search *search, const char *turn)
{
    gsize index = 0;
    gboolean is_own = proxy_roster_find(search->roster, turn, &index);
    search_begin(search, index, is_own ? "" : "*");
}

/*
 * Until a proxy is found, none is, or, for a search that only seeks, the turn was moved by another.
 * *reply owns what *answer points to.
 */
static gboolean search_run(Search *search, YtopsRedisReply **reply, Answer *answer, GError **error)
{
    gboolean follows = g_str_equal(search->mode, "take");
    for (;;) {
        g_clear_pointer(reply, ytops_redis_reply_free);
        *reply = search_ask(search, error);
        if (*reply == NULL || !read_answer(*reply, answer, error))
            return FALSE;
        if (answer->is_incomplete)
            proxy_roster_forget_enrolment(search->roster);
        if (answer->verdict == VERDICT_MOVED && follows)
            search_follow(search, answer->url);
        else if (answer->verdict == VERDICT_NONE)
            search_go_on(search, answer);
        else
            return TRUE;
        if (search->left == 0)
            return TRUE;
    }
}

static void remember_turn(ProxyRoster *roster, const char *url)
{
    gsize index = 0;
    if (proxy_roster_find(roster, url, &index))
        proxy_roster_set_turn(roster, index);
}

static void seek_turn(const ProxyStore *store, ProxyRoster *roster, const char *tentative)
{
    Search search = {.store = store, .roster = roster, .mode = "seek"};
    g_autoptr(YtopsRedisReply) reply = NULL;
    g_autoptr(GError) ignored = NULL;
    Answer answer = {.verdict = VERDICT_NONE};
    gsize first = 0;
    proxy_roster_find(roster, tentative, &first);
    search_begin(&search, first, tentative);
    /* The proxy is taken. Where this fails, the next selection starts from the tentative one. */
    if (search_run(&search, &reply, &answer, &ignored) && answer.verdict == VERDICT_SOUGHT)
        remember_turn(roster, answer.url);
    g_free(search.origin);
}

void proxy_selection_refuse(const ProxyStore *store, const char *message, gint64 retry_after_s,
                            GError **error)
{
    g_autoptr(GError) refusal =
        g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_PROXIES, message);
    ytops_error_set_context(refusal, "serverIdentity", store->server_identity);
    if (retry_after_s >= 0) {
        g_autofree char *retry_after = g_strdup_printf("%" G_GINT64_FORMAT, retry_after_s);
        ytops_error_set_context(refusal, "retryAfterS", retry_after);
    }
    g_propagate_error(error, g_steal_pointer(&refusal));
}

static void refuse_all(const Search *search, GError **error)
{
    g_autofree char *wait = search->soonest_s >= 0 ? ytops_duration_text(search->soonest_s) : NULL;
    g_autofree char *message = g_strdup_printf(
        "all %" G_GSIZE_FORMAT " proxies of this server (identity \"%s\") are banned; %s%s",
        proxy_roster_size(search->roster), search->store->server_identity,
        wait != NULL ? "the first ban ends in " : "unban one, as none of the bans ends by itself",
        wait != NULL ? wait : "");
    proxy_selection_refuse(search->store, message, search->soonest_s, error);
}

char *proxy_selection_take(const ProxyStore *store, ProxyRoster *roster, GError **error)
{
    if (proxy_roster_size(roster) == 0) {
        proxy_selection_refuse(store, "this server has no proxies; start it with --proxies", -1,
                               error);
        return NULL;
    }
    Search search = {.store = store, .roster = roster, .mode = "take"};
    g_autoptr(YtopsRedisReply) reply = NULL;
    Answer answer = {.verdict = VERDICT_NONE};
    search_begin(&search, proxy_roster_get_turn(roster), "");
    gboolean is_answered = search_run(&search, &reply, &answer, error);
    g_free(search.origin);
    if (!is_answered)
        return NULL;
    if (answer.verdict != VERDICT_TAKEN) {
        refuse_all(&search, error);
        return NULL;
    }
    remember_turn(roster, answer.next_url);
    if (answer.is_tentative)
        seek_turn(store, roster, answer.next_url);
    return g_strdup(answer.url);
}
