#include "token_call.h"

#include "argument.h"
#include "fault.h"
#include "ytops_token_service.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsTokenServiceGetTokenArgs, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsTokenServiceGetTokenResult, g_object_unref)

#define DEFAULT_TIMEOUT_S 120

/* What is needed to answer, kept while the job waits and runs. */
typedef struct {
    ReplyForm form;
    const RpcMethod *method;
    ReplyPort *port;
    RpcMetrics *metrics;
    guint64 connection_id;
    gint64 arrived_us;
    char *job_id; /* as the caller gave it; NULL: not given */
} TokenCall;

static TokenCall *token_call_new(const RpcState *state, const RpcMethod *method,
                                 const ReplyForm *form, ReplyPort *port, const RpcCall *from)
{
    TokenCall *call = g_new(TokenCall, 1);
    *call = (TokenCall){
        .form = *form,
        .method = method,
        .port = reply_port_ref(port),
        .metrics = rpc_metrics_ref(state->metrics),
        .connection_id = from->connection_id,
        .arrived_us = from->arrived_us,
    };
    return call;
}

/* Posts the reply, which a oneway call does not get, and frees the call. */
static void token_call_end(TokenCall *call, GByteArray *reply)
{
    rpc_metrics_count(call->metrics, call->method, call->form.header.encoding, call->form.framed,
                      reply, call->arrived_us);
    if (call->form.header.type == MESSAGE_ONEWAY && reply != NULL) {
        g_byte_array_unref(reply);
        reply = NULL;
    }
    reply_port_post(call->port, call->connection_id, reply);
    reply_port_unref(call->port);
    rpc_metrics_unref(call->metrics);
    g_free(call->job_id);
    g_free(call);
}

static char *copy_text(const char *text)
{
    return fault_take_text(g_strdup(text));
}

static void copy_optional(const char *text, char **to, gboolean *isset)
{
    *isset = text != NULL;
    if (*isset)
        *to = copy_text(text);
}

static void copy_po_tokens(GHashTable *tokens, YtopsTokenData *data)
{
    GHashTableIter iterator;
    gpointer context, token;
    if (tokens == NULL || g_hash_table_size(tokens) == 0)
        return;
    g_hash_table_iter_init(&iterator, tokens);
    while (g_hash_table_iter_next(&iterator, &context, &token))
        g_hash_table_insert(data->poTokens, copy_text(context), copy_text(token));
    data->__isset_poTokens = TRUE;
}

static YtopsTokenData *data_from_result(const YtopsTokenResult *result)
{
    YtopsTokenData *data = g_object_new(YTOPS_TYPE_TOKEN_DATA, NULL);
    data->jobId = copy_text(result->job_id);
    data->url = copy_text(result->url);
    data->accountId = copy_text(result->account_id);
    data->proxyUrl = copy_text(result->proxy_url);
    data->serverIdentity = copy_text(result->server_identity);
    data->infoJson = copy_text(result->info_json);
    for (char **part = result->ytdlp_command; part != NULL && *part != NULL; part++)
        g_ptr_array_add(data->ytdlpCommand, copy_text(*part));
    copy_optional(result->cookies, &data->cookies, &data->__isset_cookies);
    copy_po_tokens(result->po_tokens, data);
    data->expiresAt = result->expires_at;
    data->__isset_expiresAt = result->expires_at != 0;
    data->durationMs = result->duration_ms;
    return data;
}

static void on_done(YtopsTokenResult *result, const GError *error, gpointer user_data)
{
    TokenCall *call = user_data;
    if (result == NULL) {
        token_call_end(call, wire_reply_error(&call->form, call->method, error));
        return;
    }
    g_autoptr(YtopsTokenServiceGetTokenResult) reply =
        g_object_new(YTOPS_TYPE_TOKEN_SERVICE_GET_TOKEN_RESULT, NULL);
    g_clear_object(&reply->success);
    reply->success = data_from_result(result);
    /* A job that several callers share runs under the id of the first of them. */
    if (call->job_id != NULL) {
        g_free(reply->success->jobId);
        reply->success->jobId = g_steal_pointer(&call->job_id);
    }
    reply->__isset_success = TRUE;
    token_call_end(call, wire_reply_result(&call->form, THRIFT_STRUCT(reply)));
}

/* The request's fields as text; the service checks what they say. */
static gboolean check_fields(YtopsTokenFields *fields, GError **error)
{
    return argument_required_text(&fields->url, "request.url", error) &&
           argument_required_text(&fields->account_id, "request.accountId", error) &&
           argument_text(&fields->proxy_url, "request.proxyUrl", error) &&
           argument_text(&fields->job_id, "request.jobId", error) &&
           argument_text(&fields->clients, "request.clients", error) &&
           argument_text(&fields->request_params_json, "request.requestParamsJson", error) &&
           argument_text(&fields->caller_id, "request.callerId", error);
}

static YtopsTokenAsk *ask_from_request(const YtopsTokenRequest *request, gint64 default_timeout_s,
                                       GError **error)
{
    if (request == NULL) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                            "request is missing: getToken takes one TokenRequest");
        return NULL;
    }
    YtopsTokenFields fields = {
        .url = request->url,
        .account_id = request->accountId,
        .proxy_url = request->proxyUrl,
        .job_id = request->jobId,
        .clients = request->clients,
        .request_params_json = request->requestParamsJson,
        .caller_id = request->callerId,
        .timeout_s = request->timeoutS,
        .penalize = request->penalize,
    };
    if (!check_fields(&fields, error))
        return NULL;
    return ytops_token_ask_new(&fields, default_timeout_s, error);
}

gboolean token_call_run(const RpcState *state, const RpcMethod *method, const ReplyForm *form,
                        ThriftProtocol *in, ReplyPort *port, const RpcCall *from, GError **error)
{
    g_autoptr(YtopsTokenServiceGetTokenArgs) arguments =
        g_object_new(YTOPS_TYPE_TOKEN_SERVICE_GET_TOKEN_ARGS, NULL);
    if (thrift_struct_read(THRIFT_STRUCT(arguments), in, error) < 0 ||
        !thrift_transport_read_end(in->transport, error))
        return FALSE;
    g_autoptr(GError) problem = NULL;
    gint64 timeout_s = state->services.token_timeout_s;
    YtopsTokenAsk *ask = ask_from_request(arguments->request,
                                          timeout_s > 0 ? timeout_s : DEFAULT_TIMEOUT_S, &problem);
    TokenCall *call = token_call_new(state, method, form, port, from);
    if (ask == NULL) {
        token_call_end(call, wire_reply_error(form, method, problem));
        return TRUE;
    }
    if (arguments->request->jobId != NULL && *arguments->request->jobId != '\0')
        call->job_id = g_strdup(ask->job_id);
    ytops_token_service_submit(state->services.tokens, ask, on_done, call);
    return TRUE;
}
