#include "commands.h"
#include "duration.h"
#include "out_file.h"
#include "proxy_lookup.h"
#include "token_view.h"

/* How long the client waits beyond the job's own deadline, so that the server's word on it comes
 * first; and for a job whose deadline only the server knows. */
#define GRACE_S 15
#define SERVER_DEADLINE_S 900

/* Sets an optional string property of a generated struct, where there is a value. */
static void set_text(gpointer object, const char *property, const char *value)
{
    if (value != NULL)
        g_object_set(object, property, value, NULL);
}

static GObject *make_request(const CliOptions *options, const char *proxy)
{
    GObject *request = g_object_new(YTOPS_TYPE_TOKEN_REQUEST, "url", options->argument, "accountId",
                                    options->account, NULL);

    set_text(request, "proxyUrl", proxy);
    set_text(request, "jobId", options->job);
    set_text(request, "clients", options->clients);
    set_text(request, "requestParamsJson", options->params);
    set_text(request, "callerId", options->caller);
    g_object_set(request, "timeoutS", (gint)options->timeout_s, "penalize", !options->no_penalty,
                 NULL);
    return request;
}

/* A token that no answer can bring is not asked for. */
static gboolean check_files(const CliOptions *options, GError **error)
{
    return (options->out == NULL || cli_out_file_check(options->out, error)) &&
           (options->cookies_out == NULL || cli_out_file_check(options->cookies_out, error));
}

static YtopsTokenData *fetch(CliSession *session, const char *proxy, GError **error)
{
    const CliOptions *options = session->options;
    g_autoptr(GObject) request = make_request(options, proxy);
    g_autoptr(GObject) token = g_object_new(YTOPS_TYPE_TOKEN_DATA, NULL);
    YtopsTokenData *filled = YTOPS_TOKEN_DATA(token);
    gint64 wait_s = options->timeout_s > 0 ? options->timeout_s + GRACE_S : SERVER_DEADLINE_S;
    CliCall call = {0};
    gboolean ok;

    ytops_rpc_client_set_timeout(session->client, wait_s * 1000);
    ok = ytops_token_service_if_get_token(ytops_rpc_client_get_service(session->client), &filled,
                                          YTOPS_TOKEN_REQUEST(request), &call.fault, &call.refusal,
                                          &call.error);
    if (!cli_session_end_call(session, ok, &call, error))
        return NULL;
    return YTOPS_TOKEN_DATA(g_steal_pointer(&token));
}

static gboolean is_file(const char *path)
{
    return path != NULL && strcmp(path, "-") != 0;
}

static gboolean write_cookies(const CliOptions *options, const YtopsTokenData *token,
                              GError **error)
{
    if (options->cookies_out == NULL)
        return TRUE;
    if (token->__isset_cookies && token->cookies != NULL)
        return cli_out_file_write(options->cookies_out, token->cookies, error);
    cli_output_note("The account %s has no cookies on the server, so '%s' was not written.",
                    options->account, options->cookies_out);
    return TRUE;
}

static void print_text(const CliOptions *options, const YtopsTokenData *token)
{
    g_autofree char *line = NULL;

    if (!is_file(options->out)) {
        /* Cookies that go to standard output are all that goes there. */
        if (options->out != NULL || g_strcmp0(options->cookies_out, "-") != 0)
            (void)cli_out_file_write("-", token->infoJson, NULL);
        return;
    }
    line = cli_token_command_line(token, options->out);
    cli_output_text(line);
    cli_output_text("\n");
}

static gboolean deliver(const CliSession *session, const YtopsTokenData *token, GError **error)
{
    const CliOptions *options = session->options;
    gboolean has_cookies = token->__isset_cookies && token->cookies != NULL;

    if (is_file(options->out) && !cli_out_file_write(options->out, token->infoJson, error))
        return FALSE;
    if ((!options->json || is_file(options->cookies_out)) && !write_cookies(options, token, error))
        return FALSE;
    if (options->json) {
        g_autoptr(YtopsJson) json = cli_token_json(
            token, is_file(options->out) ? options->out : NULL,
            has_cookies && is_file(options->cookies_out) ? options->cookies_out : NULL);
        cli_output_json(json);
    } else {
        print_text(options, token);
    }
    return TRUE;
}

gboolean cli_token_run(CliSession *session, GError **error)
{
    const CliOptions *options = session->options;
    g_autofree char *identity = NULL;
    g_autofree char *proxy = NULL;
    g_autoptr(GObject) token = NULL;

    if (!check_files(options, error))
        return FALSE;
    if (options->proxy != NULL) {
        proxy = cli_proxy_resolve(session, options->proxy, &identity, error);
        if (proxy == NULL)
            return FALSE;
    }
    token = (GObject *)fetch(session, proxy, error);
    return token != NULL && deliver(session, YTOPS_TOKEN_DATA(token), error);
}
