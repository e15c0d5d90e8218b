#include "account_view.h"
#include "change.h"
#include "commands.h"

#define TEXT(optional) ((optional) != NULL ? (optional) : "")

static GPtrArray *fetch(CliSession *session, const char *prefix, gint32 limit, GError **error)
{
    g_autoptr(GPtrArray) statuses = g_ptr_array_new_with_free_func(g_object_unref);
    CliCall call = {0};
    gboolean ok = ytops_management_service_if_get_account_status(
        cli_session_management(session), &statuses, TEXT(prefix), limit, &call.fault, &call.refusal,
        &call.error);

    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return g_steal_pointer(&statuses);
}

static void note_length(const CliOptions *options, guint length)
{
    if (length == 0)
        cli_output_note("The server knows no account%s yet: one without state is ACTIVE.",
                        options->prefix != NULL ? " with this prefix" : "");
    else if (options->limit > 0 && length == options->limit)
        cli_output_note("Only the first %u are shown (--limit).", length);
}

gboolean cli_accounts_list(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autoptr(GPtrArray) statuses = fetch(session, options->prefix, (gint32)options->limit, error);
    g_autoptr(CliTable) table = NULL;

    if (statuses == NULL)
        return FALSE;
    if (options->json) {
        g_autoptr(YtopsJson) document = cli_account_json(statuses);
        cli_output_json(document);
        return TRUE;
    }
    table = cli_account_table(statuses, g_get_real_time() / G_USEC_PER_SEC);
    cli_output_table(&session->output, table);
    note_length(options, statuses->len);
    return TRUE;
}

static gboolean change_one(CliSession *session, const char *id, GError **error)
{
    const CliOptions *options = session->options;
    YtopsManagementServiceIf *service = cli_session_management(session);
    CliCall call = {0};
    gboolean ok = FALSE;

    switch (options->command->id) {
    case CLI_ACCOUNTS_BAN:
        ok = ytops_management_service_if_ban_account(service, id, TEXT(options->reason),
                                                     options->duration_s, &call.fault,
                                                     &call.refusal, &call.error);
        break;
    case CLI_ACCOUNTS_UNBAN:
        ok = ytops_management_service_if_unban_account(service, id, &call.fault, &call.refusal,
                                                       &call.error);
        break;
    default:
        ok = ytops_management_service_if_reset_account(service, id, &call.fault, &call.refusal,
                                                       &call.error);
        break;
    }
    return cli_session_end_call(session, ok, &call, error);
}

static gboolean change_many(CliSession *session, const char *prefix, gint32 *changed,
                            GError **error)
{
    const CliOptions *options = session->options;
    YtopsManagementServiceIf *service = cli_session_management(session);
    CliCall call = {0};
    gboolean ok = FALSE;

    switch (options->command->id) {
    case CLI_ACCOUNTS_BAN:
        ok = ytops_management_service_if_ban_all_accounts(
            service, changed, prefix, TEXT(options->reason), options->duration_s, &call.fault,
            &call.refusal, &call.error);
        break;
    case CLI_ACCOUNTS_UNBAN:
        ok = ytops_management_service_if_unban_all_accounts(service, changed, prefix, &call.fault,
                                                            &call.refusal, &call.error);
        break;
    case CLI_ACCOUNTS_RESET:
        ok = ytops_management_service_if_reset_all_accounts(service, changed, prefix, &call.fault,
                                                            &call.refusal, &call.error);
        break;
    default:
        ok = ytops_management_service_if_delete_accounts_from_redis(
            service, changed, prefix, &call.fault, &call.refusal, &call.error);
        break;
    }
    return cli_session_end_call(session, ok, &call, error);
}

/*
 * The service deletes by prefix only: `acc_1` would take `acc_10` with it. So a single account is
 * deleted only where its id begins no other.
 */
static gboolean check_alone(CliSession *session, const char *id, GError **error)
{
    g_autoptr(GPtrArray) statuses = fetch(session, id, 2, error);
    const YtopsAccountStatus *first;

    if (statuses == NULL)
        return FALSE;
    first = statuses->len > 0 ? g_ptr_array_index(statuses, 0) : NULL;
    if (first == NULL || strcmp(first->accountId, id) != 0) {
        g_set_error(
            error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
            "nothing is kept about an account '%s'; `ytdlp-ops accounts list` shows what is", id);
        return FALSE;
    }
    if (statuses->len == 1)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "'%s' begins the ids of other accounts too ('%s'), and the service deletes by "
                "prefix; use --prefix '%s' to delete them all, or `accounts reset` for this one",
                id, ((YtopsAccountStatus *)g_ptr_array_index(statuses, 1))->accountId, id);
    return FALSE;
}

/* A bulk change and a delete are asked about. */
static gboolean confirm(const CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    CliChangeWords words = cli_change_words(options->command->id);
    g_autofree char *name =
        cli_text_clean(options->argument != NULL ? options->argument : options->prefix);
    g_autofree char *question = NULL;

    if (options->argument != NULL && options->command->id != CLI_ACCOUNTS_DELETE)
        return TRUE;
    if (options->argument != NULL)
        question = g_strdup_printf("%s the state of account %s?", words.verb, name);
    else if (options->prefix != NULL)
        question = g_strdup_printf("%s every account whose id begins with %s?", words.verb, name);
    else
        question = g_strdup_printf("%s every account?", words.verb);
    question[0] = g_ascii_toupper(question[0]);
    return cli_session_confirm(session, question, error);
}

static void tell(const CliSession *session, gint32 changed)
{
    const CliOptions *options = session->options;
    g_autoptr(YtopsJson) document = ytops_json_object_new();
    g_autofree char *what = options->argument != NULL
                                ? g_strdup_printf("account %s", options->argument)
                                : g_strdup_printf("%d account%s", changed, changed == 1 ? "" : "s");

    ytops_json_set_string(document, "accountId", options->argument);
    ytops_json_set_string(document, "accountPrefix", options->prefix);
    cli_change_tell(session, what, changed, document);
}

gboolean cli_accounts_change(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    gboolean deletes_one = options->argument != NULL && options->command->id == CLI_ACCOUNTS_DELETE;
    const char *prefix = deletes_one ? options->argument : TEXT(options->prefix);
    gint32 changed = 1;

    if (deletes_one && !check_alone(session, options->argument, error))
        return FALSE;
    if (!confirm(session, error))
        return FALSE;
    if (options->argument != NULL && !deletes_one) {
        if (!change_one(session, options->argument, error))
            return FALSE;
    } else if (!change_many(session, prefix, &changed, error)) {
        return FALSE;
    }
    tell(session, changed);
    return TRUE;
}
