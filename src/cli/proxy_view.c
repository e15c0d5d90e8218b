#include "proxy_view.h"

#include "status_style.h"
#include "ytops/error.h"
#include "ytops/log.h"

/* clang-format off */
static const CliColumn COLUMNS[] = {
    {"IDENTITY", FALSE, CLI_SHORTEN_END, 12, 0},
    {"PROXY", FALSE, CLI_SHORTEN_MIDDLE, 24, 0},
    {"NEXT", FALSE, CLI_SHORTEN_END, 7, 0},
    {"STATE", FALSE, CLI_SHORTEN_END, 0, 0},
    {"OK", TRUE, CLI_SHORTEN_END, 0, 3},
    {"FAILED", TRUE, CLI_SHORTEN_END, 0, 2},
    {"RECENT", FALSE, CLI_SHORTEN_END, 0, 5},
    {"LAST OK", FALSE, CLI_SHORTEN_END, 0, 6},
    {"LAST FAILURE", FALSE, CLI_SHORTEN_END, 0, 4},
    {"REASON", FALSE, CLI_SHORTEN_END, 12, 1},
};
/* clang-format on */

/* What a table shows depends on what else there is. */
typedef struct {
    gboolean one_identity;
    gboolean one_worker;
} Surroundings;

static Surroundings look_around(const GPtrArray *statuses)
{
    g_autoptr(GHashTable) identities = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) workers = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < statuses->len; i++) {
        const YtopsProxyStatus *status = g_ptr_array_index(statuses, i);
        g_hash_table_add(identities, status->serverIdentity);
        for (guint w = 0; status->nextFor != NULL && w < status->nextFor->len; w++)
            g_hash_table_add(workers, g_ptr_array_index(status->nextFor, w));
    }
    return (Surroundings){.one_identity = g_hash_table_size(identities) <= 1,
                          .one_worker = g_hash_table_size(workers) <= 1};
}

static char *next_mark(const YtopsProxyStatus *status, gboolean one_worker)
{
    GString *mark;

    if (status->nextFor == NULL || status->nextFor->len == 0)
        return g_strdup("");
    if (one_worker)
        return g_strdup("(next)");
    mark = g_string_new("(next: ");
    for (guint i = 0; i < status->nextFor->len; i++)
        g_string_append_printf(mark, "%s%s", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(status->nextFor, i));
    g_string_append_c(mark, ')');
    return g_string_free(mark, FALSE);
}

static char *recent_text(const YtopsProxyStatus *status)
{
    if (status->recentFailures == 0)
        return g_strdup("0");
    return g_strdup_printf("%d, %d account%s", status->recentFailures,
                           status->recentFailureAccounts,
                           status->recentFailureAccounts == 1 ? "" : "s");
}

static void add_row(CliTable *table, const YtopsProxyStatus *status, const Surroundings *around,
                    gint64 now, gboolean terse)
{
    g_autofree char *mark = next_mark(status, around->one_worker);
    g_autofree char *recent = recent_text(status);

    cli_table_add(table, terse && around->one_identity ? "" : status->serverIdentity,
                  CLI_STYLE_PLAIN);
    cli_table_add(table, status->proxyUrl, CLI_STYLE_PLAIN);
    cli_table_add(table, mark, CLI_STYLE_CYAN);
    cli_table_add(table, status->stateText, cli_state_style(status->state));
    cli_table_add_int(table, status->successCount);
    cli_table_add_int(table, status->failureCount);
    cli_table_add(table, recent, CLI_STYLE_PLAIN);
    cli_table_add_age(table, status->__isset_lastSuccessTimestamp, status->lastSuccessTimestamp,
                      now);
    cli_table_add_age(table, status->__isset_lastFailureTimestamp, status->lastFailureTimestamp,
                      now);
    cli_table_add(table, status->__isset_reason ? status->reason : "", CLI_STYLE_PLAIN);
}

CliTable *cli_proxy_table(const GPtrArray *statuses, gint64 now, gboolean terse)
{
    CliTable *table = cli_table_new(COLUMNS, G_N_ELEMENTS(COLUMNS));
    Surroundings around = look_around(statuses);

    for (guint i = 0; i < statuses->len; i++)
        add_row(table, g_ptr_array_index(statuses, i), &around, now, terse);
    return table;
}

static YtopsJson *status_json(const YtopsProxyStatus *status)
{
    YtopsJson *json = ytops_json_object_new(), *next = ytops_json_array_new();

    for (guint i = 0; status->nextFor != NULL && i < status->nextFor->len; i++)
        ytops_json_append_string(next, g_ptr_array_index(status->nextFor, i));
    ytops_json_set_string(json, "serverIdentity", status->serverIdentity);
    ytops_json_set_string(json, "proxyUrl", status->proxyUrl);
    ytops_json_set_string(json, "state", cli_state_name(status->state));
    ytops_json_set_string(json, "stateText", status->stateText);
    ytops_json_set_int(json, "successCount", status->successCount);
    ytops_json_set_int(json, "failureCount", status->failureCount);
    cli_json_set_time(json, "lastSuccessTimestamp", status->__isset_lastSuccessTimestamp,
                      status->lastSuccessTimestamp);
    cli_json_set_time(json, "lastFailureTimestamp", status->__isset_lastFailureTimestamp,
                      status->lastFailureTimestamp);
    cli_json_set_time(json, "activeInS", status->__isset_activeInS, status->activeInS);
    ytops_json_set_string(json, "reason", status->__isset_reason ? status->reason : NULL);
    ytops_json_set_take(json, "nextFor", next);
    ytops_json_set_int(json, "recentFailures", status->recentFailures);
    ytops_json_set_int(json, "recentFailureAccounts", status->recentFailureAccounts);
    return json;
}

YtopsJson *cli_proxy_json(const GPtrArray *statuses)
{
    YtopsJson *document = ytops_json_object_new(), *proxies = ytops_json_array_new();

    for (guint i = 0; i < statuses->len; i++)
        ytops_json_append_take(proxies, status_json(g_ptr_array_index(statuses, i)));
    ytops_json_set_take(document, "proxies", proxies);
    return document;
}

gboolean cli_proxy_is_redacted(const char *url)
{
    return strstr(url, ":***@") != NULL;
}

static const YtopsProxyStatus *match_by(const GPtrArray *statuses, const char *url,
                                        gboolean redacted, guint *count)
{
    const YtopsProxyStatus *found = NULL;

    *count = 0;
    for (guint i = 0; i < statuses->len; i++) {
        const YtopsProxyStatus *status = g_ptr_array_index(statuses, i);
        g_autofree char *shown =
            redacted ? ytops_redact(status->proxyUrl) : g_strdup(status->proxyUrl);
        if (strcmp(shown, url) == 0) {
            found = status;
            (*count)++;
        }
    }
    return found;
}

const YtopsProxyStatus *cli_proxy_match(const GPtrArray *statuses, const char *url, GError **error)
{
    guint count;
    const YtopsProxyStatus *found = match_by(statuses, url, FALSE, &count);

    if (count == 0)
        found = match_by(statuses, url, TRUE, &count);
    if (count == 1)
        return found;
    if (count == 0)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                    "no proxy of the server is '%s'; `ytdlp-ops proxies list` shows them all", url);
    else
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "'%s' fits %u proxies; name one by its full URL, password included, or by "
                    "--identity where they differ in that",
                    url, count);
    return NULL;
}
