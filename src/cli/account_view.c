#include "account_view.h"

#include "status_style.h"

/* clang-format off */
static const CliColumn COLUMNS[] = {
    {"ACCOUNT", FALSE, CLI_SHORTEN_MIDDLE, 16, 0},
    {"STATE", FALSE, CLI_SHORTEN_END, 0, 0},
    {"OK", TRUE, CLI_SHORTEN_END, 0, 3},
    {"FAILED", TRUE, CLI_SHORTEN_END, 0, 2},
    {"IN A ROW", TRUE, CLI_SHORTEN_END, 0, 4},
    {"ACTIVE SINCE", FALSE, CLI_SHORTEN_END, 0, 6},
    {"LAST OK", FALSE, CLI_SHORTEN_END, 0, 5},
    {"LAST FAILURE", FALSE, CLI_SHORTEN_END, 0, 7},
    {"LAST PROXY", FALSE, CLI_SHORTEN_MIDDLE, 20, 8},
    {"REASON", FALSE, CLI_SHORTEN_END, 12, 1},
};
/* clang-format on */

static void add_row(CliTable *table, const YtopsAccountStatus *status, gint64 now)
{
    cli_table_add(table, status->accountId, CLI_STYLE_PLAIN);
    cli_table_add(table, status->stateText, cli_state_style(status->state));
    cli_table_add_int(table, status->successCount);
    cli_table_add_int(table, status->failureCount);
    cli_table_add_int(table, status->consecutiveFailures);
    if (status->__isset_activeSince && status->activeSince > 0)
        cli_table_add_age(table, TRUE, status->activeSince, now);
    else
        cli_table_add(table, "", CLI_STYLE_PLAIN);
    cli_table_add_age(table, status->__isset_lastSuccessTimestamp, status->lastSuccessTimestamp,
                      now);
    cli_table_add_age(table, status->__isset_lastFailureTimestamp, status->lastFailureTimestamp,
                      now);
    cli_table_add(table, status->__isset_lastProxyUrl ? status->lastProxyUrl : "", CLI_STYLE_PLAIN);
    cli_table_add(table, status->__isset_reason ? status->reason : "", CLI_STYLE_PLAIN);
}

CliTable *cli_account_table(const GPtrArray *statuses, gint64 now)
{
    CliTable *table = cli_table_new(COLUMNS, G_N_ELEMENTS(COLUMNS));

    for (guint i = 0; i < statuses->len; i++)
        add_row(table, g_ptr_array_index(statuses, i), now);
    return table;
}

static YtopsJson *status_json(const YtopsAccountStatus *status)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "accountId", status->accountId);
    ytops_json_set_string(json, "state", cli_state_name(status->state));
    ytops_json_set_string(json, "stateText", status->stateText);
    ytops_json_set_int(json, "successCount", status->successCount);
    ytops_json_set_int(json, "failureCount", status->failureCount);
    ytops_json_set_int(json, "consecutiveFailures", status->consecutiveFailures);
    cli_json_set_time(json, "lastSuccessTimestamp", status->__isset_lastSuccessTimestamp,
                      status->lastSuccessTimestamp);
    cli_json_set_time(json, "lastFailureTimestamp", status->__isset_lastFailureTimestamp,
                      status->lastFailureTimestamp);
    cli_json_set_time(json, "activeSince", status->__isset_activeSince, status->activeSince);
    cli_json_set_time(json, "activeInS", status->__isset_activeInS, status->activeInS);
    ytops_json_set_string(json, "reason", status->__isset_reason ? status->reason : NULL);
    ytops_json_set_string(json, "lastProxyUrl",
                          status->__isset_lastProxyUrl ? status->lastProxyUrl : NULL);
    ytops_json_set_string(json, "lastServerIdentity",
                          status->__isset_lastServerIdentity ? status->lastServerIdentity : NULL);
    return json;
}

YtopsJson *cli_account_json(const GPtrArray *statuses)
{
    YtopsJson *document = ytops_json_object_new(), *accounts = ytops_json_array_new();

    for (guint i = 0; i < statuses->len; i++)
        ytops_json_append_take(accounts, status_json(g_ptr_array_index(statuses, i)));
    ytops_json_set_take(document, "accounts", accounts);
    return document;
}
