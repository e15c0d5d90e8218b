#include "commands.h"

#include "duration.h"

static const CliColumn COLUMNS[] = {
    {"WHAT", FALSE, CLI_SHORTEN_END, 0, 0},
    {"VALUE", FALSE, CLI_SHORTEN_END, 0, 0},
};

static YtopsBaseServiceIf *base_service(CliSession *session)
{
    return YTOPS_BASE_SERVICE_IF(ytops_rpc_client_get_service(session->client));
}

static gboolean ping(CliSession *session, GError **error)
{
    CliCall call = {0};
    gboolean ok = ytops_base_service_if_ping(base_service(session), &call.fault, &call.error);

    return cli_session_end_call(session, ok, &call, error);
}

static YtopsServerInfo *fetch(CliSession *session, GError **error)
{
    g_autoptr(GObject) info = g_object_new(YTOPS_TYPE_SERVER_INFO, NULL);
    YtopsServerInfo *filled = YTOPS_SERVER_INFO(info);
    CliCall call = {0};
    gboolean ok = ytops_base_service_if_get_server_info(base_service(session), &filled, &call.fault,
                                                        &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return YTOPS_SERVER_INFO(g_steal_pointer(&info));
}

/* As --service-role takes it. */
static const char *role_name(YtopsServiceRole role)
{
    switch (role) {
    case YTOPS_SERVICE_ROLE_ALL_IN_ONE:
        return "all-in-one";
    case YTOPS_SERVICE_ROLE_MANAGEMENT:
        return "management";
    case YTOPS_SERVICE_ROLE_WORKER:
        return "worker";
    }
    return "unknown";
}

static void print_json(const YtopsServerInfo *info, const char *address, const GError *not_ready)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();

    ytops_json_set_string(json, "server", address);
    ytops_json_set_string(json, "version", info->version);
    ytops_json_set_string(json, "serviceRole", role_name(info->serviceRole));
    ytops_json_set_string(json, "serverIdentity", info->serverIdentity);
    ytops_json_set_string(json, "instanceId", info->instanceId);
    ytops_json_set_int(json, "startedAt", info->startedAt);
    ytops_json_set_bool(json, "redisReachable", info->redisReachable);
    ytops_json_set_bool(json, "draining", info->draining);
    ytops_json_set_int(json, "tokenJobsRunning", info->tokenJobsRunning);
    ytops_json_set_int(json, "tokenJobsWaiting", info->tokenJobsWaiting);
    ytops_json_set_bool(json, "ready", not_ready == NULL);
    if (not_ready != NULL)
        ytops_json_set_take(json, "notReady", cli_error_json(not_ready));
    else
        ytops_json_set_string(json, "notReady", NULL);
    cli_output_json(json);
}

static void add_line(CliTable *table, const char *what, const char *value, CliStyle style)
{
    cli_table_add(table, what, CLI_STYLE_BOLD);
    cli_table_add(table, value, style);
}

static void print_table(const CliSession *session, const YtopsServerInfo *info,
                        const GError *not_ready)
{
    g_autoptr(CliTable) table = cli_table_new(COLUMNS, G_N_ELEMENTS(COLUMNS));
    g_autofree char *started = cli_age_format(info->startedAt, g_get_real_time() / G_USEC_PER_SEC);
    g_autofree char *jobs =
        g_strdup_printf("%d running, %d waiting", info->tokenJobsRunning, info->tokenJobsWaiting);
    g_autofree char *takes_work =
        not_ready == NULL
            ? g_strdup("yes")
            : g_strdup_printf("no: %s: %s",
                              ytops_error_code_to_string(ytops_error_get_code(not_ready)),
                              not_ready->message);

    add_line(table, "server", ytops_rpc_client_get_address(session->client), CLI_STYLE_PLAIN);
    add_line(table, "version", info->version, CLI_STYLE_PLAIN);
    add_line(table, "role", role_name(info->serviceRole), CLI_STYLE_PLAIN);
    add_line(table, "identity", info->serverIdentity, CLI_STYLE_PLAIN);
    add_line(table, "instance", info->instanceId, CLI_STYLE_PLAIN);
    add_line(table, "started", started, CLI_STYLE_PLAIN);
    add_line(table, "redis", info->redisReachable ? "reachable" : "not reachable",
             info->redisReachable ? CLI_STYLE_GREEN : CLI_STYLE_RED);
    add_line(table, "draining", info->draining ? "yes" : "no",
             info->draining ? CLI_STYLE_YELLOW : CLI_STYLE_PLAIN);
    add_line(table, "token jobs", jobs, CLI_STYLE_PLAIN);
    add_line(table, "takes work", takes_work, not_ready == NULL ? CLI_STYLE_GREEN : CLI_STYLE_RED);
    cli_output_details(&session->output, table);
}

gboolean cli_info_run(CliSession *session, GError **error)
{
    g_autoptr(GError) not_ready = NULL;
    g_autoptr(GObject) info = (GObject *)fetch(session, error);

    if (info == NULL)
        return FALSE;
    /* A server that is there but takes no work is an answer; one that is lost is a failure. */
    if (!ping(session, &not_ready) && session->unreachable) {
        g_propagate_error(error, g_steal_pointer(&not_ready));
        return FALSE;
    }
    if (session->options->json)
        print_json(YTOPS_SERVER_INFO(info), ytops_rpc_client_get_address(session->client),
                   not_ready);
    else
        print_table(session, YTOPS_SERVER_INFO(info), not_ready);
    return TRUE;
}

gboolean cli_ping_run(CliSession *session, GError **error)
{
    if (!ping(session, error))
        return FALSE;
    if (session->options->json) {
        g_autoptr(YtopsJson) json = ytops_json_object_new();
        ytops_json_set_bool(json, "ready", TRUE);
        cli_output_json(json);
    } else {
        cli_output_text("ready\n");
    }
    return TRUE;
}
