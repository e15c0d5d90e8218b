#include "change.h"
#include "commands.h"
#include "proxy_lookup.h"

#define TEXT(optional) ((optional) != NULL ? (optional) : "")

gboolean cli_proxies_list(CliSession *session, GError **error)
{
    g_autoptr(GPtrArray) statuses = cli_proxy_fetch(session, session->options->identity, error);
    g_autoptr(CliTable) table = NULL;

    if (statuses == NULL)
        return FALSE;
    if (session->options->json) {
        g_autoptr(YtopsJson) document = cli_proxy_json(statuses);
        cli_output_json(document);
        return TRUE;
    }
    table = cli_proxy_table(statuses, g_get_real_time() / G_USEC_PER_SEC, session->output.terminal);
    cli_output_table(&session->output, table);
    if (statuses->len == 0)
        cli_output_note("The server knows no proxy%s.",
                        session->options->identity != NULL ? " of this identity" : "");
    return TRUE;
}

static gboolean delete_proxies(YtopsManagementServiceIf *service, const char *identity,
                               const char *url, gint32 *changed, CliCall *call)
{
    g_autoptr(GPtrArray) urls = g_ptr_array_new();

    if (url != NULL)
        g_ptr_array_add(urls, (gpointer)url);
    return ytops_management_service_if_delete_proxies_from_redis(
        service, changed, identity, urls, &call->fault, &call->refusal, &call->error);
}

static gboolean change_one(CliSession *session, const char *identity, const char *url,
                           gint32 *changed, GError **error)
{
    const CliOptions *options = session->options;
    YtopsManagementServiceIf *service = cli_session_management(session);
    CliCall call = {0};
    gboolean ok = FALSE;

    *changed = 1;
    switch (options->command->id) {
    case CLI_PROXIES_BAN:
        ok = ytops_management_service_if_ban_proxy(service, identity, url, TEXT(options->reason),
                                                   options->duration_s, &call.fault, &call.refusal,
                                                   &call.error);
        break;
    case CLI_PROXIES_UNBAN:
        ok = ytops_management_service_if_unban_proxy(service, identity, url, &call.fault,
                                                     &call.refusal, &call.error);
        break;
    case CLI_PROXIES_RESET:
        ok = ytops_management_service_if_reset_proxy(service, identity, url, &call.fault,
                                                     &call.refusal, &call.error);
        break;
    default:
        ok = delete_proxies(service, identity, url, changed, &call);
        break;
    }
    return cli_session_end_call(session, ok, &call, error);
}

static gboolean change_all(CliSession *session, const char *identity, gint32 *changed,
                           GError **error)
{
    const CliOptions *options = session->options;
    YtopsManagementServiceIf *service = cli_session_management(session);
    CliCall call = {0};
    gboolean ok = FALSE;

    switch (options->command->id) {
    case CLI_PROXIES_BAN:
        ok = ytops_management_service_if_ban_all_proxies(service, changed, identity,
                                                         TEXT(options->reason), options->duration_s,
                                                         &call.fault, &call.refusal, &call.error);
        break;
    case CLI_PROXIES_UNBAN:
        ok = ytops_management_service_if_unban_all_proxies(service, changed, identity, &call.fault,
                                                           &call.refusal, &call.error);
        break;
    case CLI_PROXIES_RESET:
        ok = ytops_management_service_if_reset_all_proxies(service, changed, identity, &call.fault,
                                                           &call.refusal, &call.error);
        break;
    default:
        ok = delete_proxies(service, identity, NULL, changed, &call);
        break;
    }
    return cli_session_end_call(session, ok, &call, error);
}

/* A bulk change and a delete are asked about. */
static gboolean confirm(const CliSession *session, const char *url, GError **error)
{
    const CliOptions *options = session->options;
    CliChangeWords words = cli_change_words(options->command->id);
    g_autofree char *clean = cli_text_clean(url);
    g_autofree char *question = NULL;

    if (!options->all && options->command->id != CLI_PROXIES_DELETE)
        return TRUE;
    if (!options->all)
        question = g_strdup_printf("%s the state and history of %s?", words.verb, clean);
    else
        question = g_strdup_printf("%s every proxy of %s%s?", words.verb,
                                   options->identity != NULL ? "the identity " : "this server",
                                   TEXT(options->identity));
    question[0] = g_ascii_toupper(question[0]);
    return cli_session_confirm(session, question, error);
}

static void tell(const CliSession *session, const char *identity, const char *url, gint32 changed)
{
    g_autoptr(YtopsJson) document = ytops_json_object_new();
    g_autofree char *what = url != NULL
                                ? g_strdup_printf("proxy %s", url)
                                : g_strdup_printf("%d prox%s", changed, changed == 1 ? "y" : "ies");

    ytops_json_set_string(document, "serverIdentity", identity);
    ytops_json_set_string(document, "proxyUrl", url);
    cli_change_tell(session, what, changed, document);
}

static gboolean change_named(CliSession *session, GError **error)
{
    g_autofree char *identity = g_strdup(session->options->identity);
    g_autofree char *url = cli_proxy_resolve(session, session->options->argument, &identity, error);
    gint32 changed = 0;

    if (url == NULL || !confirm(session, url, error) ||
        !change_one(session, TEXT(identity), url, &changed, error))
        return FALSE;
    if (changed == 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                    "nothing is kept in Redis about the proxy '%s'; `ytdlp-ops proxies list` shows "
                    "what is",
                    url);
        return FALSE;
    }
    tell(session, identity, url, changed);
    return TRUE;
}

gboolean cli_proxies_change(CliSession *session, GError **error)
{
    gint32 changed = 0;

    if (!session->options->all)
        return change_named(session, error);
    if (!confirm(session, NULL, error) ||
        !change_all(session, TEXT(session->options->identity), &changed, error))
        return FALSE;
    tell(session, session->options->identity, NULL, changed);
    return TRUE;
}
