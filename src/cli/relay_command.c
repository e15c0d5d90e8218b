#include "change.h"
#include "commands.h"
#include "proxy_lookup.h"
#include "stream_view.h"

/* The generated types come without these. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsStreamSpec, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsStreamStatus, g_object_unref)

static YtopsRelayServiceIf *relay_service(CliSession *session)
{
    return ytops_rpc_client_get_relay(session->client);
}

static YtopsStreamSpec *spec_new(const CliOptions *options, const char *proxy)
{
    YtopsStreamSpec *spec = g_object_new(YTOPS_TYPE_STREAM_SPEC, "url", options->argument, "kind",
                                         options->stream_kind, NULL);

    if (options->failover_urls != NULL)
        g_object_set(spec, "failoverUrls", options->failover_urls, NULL);
    if (options->account != NULL)
        g_object_set(spec, "accountId", options->account, NULL);
    if (options->format != NULL)
        g_object_set(spec, "format", options->format, NULL);
    if (options->user_agent != NULL)
        g_object_set(spec, "userAgent", options->user_agent, NULL);
    if (options->headers != NULL)
        g_object_set(spec, "headers", options->headers, NULL);
    if (options->metadata != NULL)
        g_object_set(spec, "metadata", options->metadata, NULL);
    if (proxy != NULL)
        g_object_set(spec, "proxyUrl", proxy, NULL);
    /* Without the flag it stays unset: then the server's own setting counts. */
    if (options->sticky)
        g_object_set(spec, "stickySession", TRUE, NULL);
    return spec;
}

static void print_json(const YtopsStreamStatus *status)
{
    g_autoptr(YtopsJson) json = cli_stream_json(status);

    cli_output_json(json);
}

/* The line; with --json the whole status in its place. */
static void print_status(const CliSession *session, const YtopsStreamStatus *status,
                         const char *line)
{
    g_autofree char *clean = cli_text_clean(line);
    g_autofree char *text = g_strconcat(clean, "\n", NULL);

    if (session->options->json)
        print_json(status);
    else
        cli_output_text(text);
}

gboolean cli_relay_create(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autofree char *identity = NULL;
    g_autofree char *proxy = NULL;
    g_autoptr(YtopsStreamSpec) spec = NULL;
    g_autoptr(YtopsStreamStatus) status = g_object_new(YTOPS_TYPE_STREAM_STATUS, NULL);
    g_autofree char *line = NULL;
    CliCall call = {0};
    gboolean ok;

    if (options->proxy != NULL) {
        proxy = cli_proxy_resolve(session, options->proxy, &identity, error);
        if (proxy == NULL)
            return FALSE;
    }
    spec = spec_new(options, proxy);
    ok = ytops_relay_service_if_create_stream(relay_service(session), &status, spec, &call.fault,
                                              &call.refusal, &call.error);
    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    line = g_strdup_printf("%s %s", status->streamId, status->streamPath);
    print_status(session, status, line);
    return TRUE;
}

gboolean cli_relay_list(CliSession *session, GError **error)
{
    g_autoptr(GPtrArray) statuses = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(CliTable) table = NULL;
    CliCall call = {0};
    gboolean ok = ytops_relay_service_if_list_streams(relay_service(session), &statuses,
                                                      &call.fault, &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    if (session->options->json) {
        g_autoptr(YtopsJson) document = cli_stream_list_json(statuses);
        cli_output_json(document);
        return TRUE;
    }
    table = cli_stream_table(statuses);
    cli_output_table(&session->output, table);
    if (statuses->len == 0)
        cli_output_note("The server relays no stream.");
    return TRUE;
}

gboolean cli_relay_show(CliSession *session, GError **error)
{
    g_autoptr(YtopsStreamStatus) status = g_object_new(YTOPS_TYPE_STREAM_STATUS, NULL);
    g_autoptr(CliTable) table = NULL;
    CliCall call = {0};
    gboolean ok = ytops_relay_service_if_get_stream(relay_service(session), &status,
                                                    session->options->argument, &call.fault,
                                                    &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    if (session->options->json) {
        print_json(status);
        return TRUE;
    }
    table = cli_stream_details(status, g_get_real_time() / G_USEC_PER_SEC);
    cli_output_details(&session->output, table);
    return TRUE;
}

gboolean cli_relay_failover(CliSession *session, GError **error)
{
    g_autoptr(YtopsStreamStatus) status = g_object_new(YTOPS_TYPE_STREAM_STATUS, NULL);
    g_autofree char *line = NULL;
    CliCall call = {0};
    gboolean ok = ytops_relay_service_if_failover_stream(relay_service(session), &status,
                                                         session->options->argument, &call.fault,
                                                         &call.refusal, &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    line = g_strdup_printf("stream %s switched to %s", status->streamId, status->currentUrl);
    print_status(session, status, line);
    return TRUE;
}

gboolean cli_relay_delete(CliSession *session, GError **error)
{
    const char *id = session->options->argument;
    g_autofree char *what = g_strdup_printf("stream %s", id);
    g_autofree char *clean = cli_text_clean(what);
    g_autofree char *question = g_strdup_printf("Delete the %s and disconnect its clients?", clean);
    g_autoptr(YtopsJson) document = ytops_json_object_new();
    CliCall call = {0};
    gboolean ok;

    if (!cli_session_confirm(session, question, error))
        return FALSE;
    ok = ytops_relay_service_if_delete_stream(relay_service(session), id, &call.fault,
                                              &call.refusal, &call.error);
    if (!cli_session_end_call(session, ok, &call, error))
        return FALSE;
    ytops_json_set_string(document, "streamId", id);
    cli_change_tell(session, what, 1, document);
    return TRUE;
}
