#include "status_state.h"

#include "status_accounts.h"
#include "status_board.h"
#include "status_events.h"
#include "ytops/log.h"

/* After a pause it is cheaper to read everything than every change since. */
#define PAUSE_US (5 * G_USEC_PER_SEC)
#define FRESH_US (G_USEC_PER_SEC / 4)

/* Instances tell of themselves every 2 s only. */
#define BOARD_INTERVAL_US G_USEC_PER_SEC

enum { N_TABLES = 3 + STATUS_BOARD_N };

struct StatusState {
    char *server; /* JSON: who tells */
    StatusAccounts *accounts;
    StatusProxies *proxies;
    StatusBoard *board;
    StatusEvents *events;
    StatusTable *tables[N_TABLES]; /* of those; borrowed */
    char *problem;                 /* with Redis; NULL: none */
    gboolean problem_changed;
    guint64 version;
    gint64 refreshed_at; /* monotonic, 0: never */
    gint64 board_read_at;
    gint64 cost_us; /* of the last refresh */
};

static char *describe_server(const YtopsStatusSources *sources)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();
    ytops_json_set_string(json, "version", YTOPS_VERSION);
    ytops_json_set_string(json, "role", ytops_role_to_string(sources->role));
    ytops_json_set_string(json, "instance", sources->instance_id);
    ytops_json_set_string(json, "identity", sources->server_identity);
    ytops_json_set_int(json, "started_at", sources->started_at);
    return ytops_json_to_string(json);
}

StatusState *status_state_new(const YtopsStatusSources *sources)
{
    StatusState *state = g_new0(StatusState, 1);
    guint n = 0;
    state->server = describe_server(sources);
    state->accounts = status_accounts_new(sources->accounts);
    state->proxies = status_proxies_new(sources->proxies);
    state->board = status_board_new(sources->redis, sources->queues, sources->lane_board);
    state->events = status_events_new(sources->redis);
    state->tables[n++] = status_accounts_get_table(state->accounts);
    state->tables[n++] = status_proxies_get_table(state->proxies);
    state->tables[n++] = status_proxies_get_turns(state->proxies);
    for (int list = 0; list < STATUS_BOARD_N; list++)
        state->tables[n++] = status_board_get_table(state->board, (StatusBoardList)list);
    return state;
}

void status_state_free(StatusState *state)
{
    if (state == NULL)
        return;
    status_accounts_free(state->accounts);
    status_proxies_free(state->proxies);
    status_board_free(state->board);
    status_events_free(state->events);
    g_free(state->server);
    g_free(state->problem);
    g_free(state);
}

const StatusProxies *status_state_get_proxies(const StatusState *state)
{
    return state->proxies;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void distrust(StatusState *state)
{
    status_accounts_distrust(state->accounts);
    status_proxies_distrust(state->proxies);
    state->board_read_at = 0;
}

/* Deleted accounts and proxies are in no list of what changed. */
static void on_event(const YtopsAuditRecord *record, gpointer data)
{
    StatusState *state = data;
    if (!g_str_equal(record->change, "deleted"))
        return;
    if (g_str_equal(record->entity, "account"))
        status_table_remove(status_accounts_get_table(state->accounts), record->name);
    else
        status_proxies_distrust(state->proxies);
}

static gboolean read_board(StatusState *state, gint64 start, GError **error)
{
    if (state->board_read_at != 0 && start - state->board_read_at < BOARD_INTERVAL_US)
        return TRUE;
    state->board_read_at = start;
    return status_board_refresh(state->board, error);
}

static void note_problem(StatusState *state, const GError *error)
{
    g_autofree char *problem = error != NULL ? ytops_redact(error->message) : NULL;
    if (g_strcmp0(problem, state->problem) == 0)
        return;
    g_free(state->problem);
    state->problem = g_steal_pointer(&problem);
    state->problem_changed = TRUE;
}

void status_state_refresh(StatusState *state)
{
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    if (start - state->refreshed_at > PAUSE_US)
        distrust(state);
    /* Events first: what was deleted and made again since must not go. */
    if (!status_events_refresh(state->events, on_event, state, &error) ||
        !status_accounts_refresh(state->accounts, now, &error) ||
        !status_proxies_refresh(state->proxies, now, &error) || !read_board(state, start, &error))
        distrust(state);
    note_problem(state, error);
    state->refreshed_at = g_get_monotonic_time();
    state->cost_us = state->refreshed_at - start;
}

gboolean status_state_is_fresh(const StatusState *state)
{
    return state->refreshed_at != 0 && g_get_monotonic_time() - state->refreshed_at < FRESH_US;
}

/* ---- telling --------------------------------------------------------------------------------- */

static GString *begin_document(const StatusState *state)
{
    GString *json = g_string_new(NULL);
    g_string_append_printf(json,
                           "{\"version\":%" G_GUINT64_FORMAT ",\"now_ms\":%" G_GINT64_FORMAT
                           ",\"cost_us\":%" G_GINT64_FORMAT,
                           state->version, g_get_real_time() / 1000, state->cost_us);
    return json;
}

static void append_problem(const StatusState *state, GString *json)
{
    g_autoptr(YtopsJson) redis = ytops_json_object_new();
    ytops_json_set_bool(redis, "reachable", state->problem == NULL);
    ytops_json_set_string(redis, "error", state->problem);
    g_autofree char *text = ytops_json_to_string(redis);
    g_string_append_printf(json, ",\"redis\":%s", text);
}

static GBytes *end_document(GString *json)
{
    g_string_append_c(json, '}');
    return g_string_free_to_bytes(json);
}

GBytes *status_state_to_json(const StatusState *state)
{
    GString *json = begin_document(state);
    g_string_append_printf(json, ",\"server\":%s", state->server);
    append_problem(state, json);
    for (int i = 0; i < N_TABLES; i++)
        status_table_append_all(state->tables[i], json);
    status_events_append_all(state->events, json);
    return end_document(json);
}

GBytes *status_state_update(StatusState *state)
{
    state->version++;
    GString *json = begin_document(state);
    gboolean is_news = state->problem_changed;
    if (state->problem_changed)
        append_problem(state, json);
    state->problem_changed = FALSE;
    for (int i = 0; i < N_TABLES; i++)
        is_news = status_table_append_changes(state->tables[i], json) || is_news;
    is_news = status_events_append_new(state->events, json) || is_news;
    if (is_news)
        return end_document(json);
    state->version--;
    g_string_free(json, TRUE);
    return NULL;
}
