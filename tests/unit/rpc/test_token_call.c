/*
 * getToken, which is answered when its job ends: in the place of the token service stands one that
 * ends jobs when the test says so (linked instead of src/tokens/token_service.c).
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_harness.h"

typedef struct {
    YtopsTokenAsk *ask;
    YtopsTokenDone done;
    gpointer data;
} Job;

struct YtopsTokenService {
    GAsyncQueue *jobs; /* Job, in the order they came */
    gboolean at_once;  /* end each inside of submit */
    char *reported;    /* of the last outcome: "success account proxy code details" */
};

/* ---- the service ------------------------------------------------------------------------- */

static YtopsTokenResult *make_result(const YtopsTokenAsk *ask)
{
    YtopsTokenResult *result = ytops_token_result_new();
    result->job_id = g_strdup(ask->job_id);
    result->url = g_strdup(ask->url);
    result->account_id = g_strdup(ask->account_id);
    result->proxy_url = g_strdup(HARNESS_PROXY_1);
    result->server_identity = g_strdup(HARNESS_IDENTITY);
    result->info_json = g_strdup("{\"id\": \"x\"}");
    result->ytdlp_command = g_strsplit("yt-dlp --load-info-json info.json", " ", -1);
    result->expires_at = 1800000000;
    result->duration_ms = 1234;
    return result;
}

static void end_job(Job *job, const GError *error)
{
    g_autoptr(YtopsTokenResult) result = error == NULL ? make_result(job->ask) : NULL;
    job->done(result, error, job->data);
    ytops_token_ask_free(job->ask);
    g_free(job);
}

void ytops_token_service_submit(YtopsTokenService *service, YtopsTokenAsk *ask, YtopsTokenDone done,
                                gpointer data)
{
    Job *job = g_new(Job, 1);
    *job = (Job){ask, done, data};
    if (service->at_once)
        end_job(job, NULL);
    else
        g_async_queue_push(service->jobs, job);
}

gboolean ytops_token_service_report_outcome(YtopsTokenService *service, const YtopsOutcome *outcome,
                                            GError **error)
{
    g_free(service->reported);
    service->reported =
        g_strdup_printf("%d %s %s %s %s", outcome->success, outcome->account_id, outcome->proxy_url,
                        ytops_error_code_to_string(outcome->code), outcome->details);
    if (strcmp(outcome->proxy_url, HARNESS_PROXY_1) == 0)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE, "not ours: %s", outcome->proxy_url);
    return FALSE;
}

guint ytops_token_service_count_running(YtopsTokenService *service G_GNUC_UNUSED)
{
    return 3;
}

guint ytops_token_service_count_waiting(YtopsTokenService *service)
{
    return (guint)g_async_queue_length(service->jobs);
}

static Job *next_job(YtopsTokenService *service)
{
    Job *job = g_async_queue_timeout_pop(service->jobs, 20 * G_USEC_PER_SEC);
    g_assert_nonnull(job);
    return job;
}

/* ---- calls ------------------------------------------------------------------------------- */

typedef struct {
    YtopsTokenService tokens;
    Harness *harness;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer options)
{
    fixture->tokens.jobs = g_async_queue_new();
    fixture->harness = harness_start(YTOPS_ROLE_WORKER, options, &fixture->tokens);
}

static void tear_down(Fixture *fixture, gconstpointer options G_GNUC_UNUSED)
{
    harness_stop(fixture->harness);
    g_async_queue_unref(fixture->tokens.jobs);
    g_free(fixture->tokens.reported);
}

static GByteArray *token_message(const PeerForm *form, MessageType type, const char *url)
{
    YtopsTokenRequest *request = g_object_new(YTOPS_TYPE_TOKEN_REQUEST, NULL);
    request->url = g_strdup(url);
    request->accountId = g_strdup("acc_1");
    YtopsTokenServiceGetTokenArgs *arguments =
        g_object_new(YTOPS_TYPE_TOKEN_SERVICE_GET_TOKEN_ARGS, "request", request, NULL);
    GByteArray *message = peer_message(form, "getToken", type, 9, THRIFT_STRUCT(arguments));
    g_object_unref(arguments);
    g_object_unref(request);
    return message;
}

static int ask(Fixture *fixture, const PeerForm *form)
{
    g_autoptr(GByteArray) message = token_message(form, MESSAGE_CALL, "https://example.org/v");
    int fd = peer_connect(fixture->harness->port);
    peer_send(fd, message->data, message->len);
    return fd;
}

static void test_result(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(YtopsRpcClient) client = harness_client(fixture->harness);
    fixture->tokens.at_once = TRUE;
    YtopsTokenRequest *request =
        g_object_new(YTOPS_TYPE_TOKEN_REQUEST, "url", "https://example.org/v", "accountId", "acc_1",
                     "jobId", "j1", NULL);
    YtopsTokenData *token = g_object_new(YTOPS_TYPE_TOKEN_DATA, NULL);
    YtopsServiceException *fault = NULL;
    YtopsUserException *refusal = NULL;
    GError *call_error = NULL;
    g_autoptr(GError) error = NULL;
    gboolean ok = ytops_token_service_if_get_token(ytops_rpc_client_get_service(client), &token,
                                                   request, &fault, &refusal, &call_error);
    ytops_rpc_client_check(client, ok, fault, refusal, call_error, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(token->jobId, ==, "j1");
    g_assert_cmpstr(token->infoJson, ==, "{\"id\": \"x\"}");
    g_assert_cmpuint(token->ytdlpCommand->len, ==, 3);
    g_assert_cmpint(token->expiresAt, ==, 1800000000);
    g_assert_false(token->__isset_cookies);
    g_assert_false(token->__isset_poTokens);
    g_object_unref(token);
    g_object_unref(request);
}

/* In every form; the same connection goes on. */
static void test_answered_when_the_job_ends(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        int fd = ask(fixture, &peer_forms[i]);
        Job *job = next_job(&fixture->tokens);
        g_assert_cmpstr(job->ask->account_id, ==, "acc_1");
        g_assert_cmpint(job->ask->timeout_s, ==, 120);
        g_assert_true(job->ask->penalize);
        g_assert_true(peer_hears_nothing(fd, 5));
        end_job(job, NULL);
        g_autoptr(PeerReply) reply = peer_receive(fd, &peer_forms[i]);
        g_assert_cmpint(reply->header.sequence_id, ==, 9);
        g_assert_cmpstr(reply->header.name, ==, "getToken");
        g_assert_cmpstr(reply->error_code, ==, NULL);
        harness_check_ping(fd, &peer_forms[i], 10);
        close(fd);
    }
}

static void test_failure(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const struct {
        YtopsErrorCode code;
        const char *name;
    } ends[] = {{YTOPS_ERROR_BOT_DETECTED, "BOT_DETECTED"},
                {YTOPS_ERROR_OVERLOADED, "OVERLOADED"},
                {YTOPS_ERROR_OUT_OF_SCOPE, "OUT_OF_SCOPE"}};
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        int fd = ask(fixture, &peer_forms[2]);
        g_autoptr(GError) error = g_error_new(YTOPS_ERROR, (gint)ends[i].code, "so it ended");
        end_job(next_job(&fixture->tokens), error);
        peer_expect_error(fd, &peer_forms[2], ends[i].name);
        close(fd);
    }
}

static void test_bad_requests(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    const PeerForm *form = &peer_forms[0];
    g_autoptr(GByteArray) none = peer_message(form, "getToken", MESSAGE_CALL, 1, NULL);
    g_autoptr(GByteArray) bad = token_message(form, MESSAGE_CALL, "file:///etc/passwd");
    g_autoptr(GByteArray) empty = token_message(form, MESSAGE_CALL, "");
    g_autoptr(GByteArray) binary = token_message(form, MESSAGE_CALL, "https://\xff.org/");
    GByteArray *messages[] = {none, bad, empty, binary};
    int fd = peer_connect(fixture->harness->port);
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        peer_send(fd, messages[i]->data, messages[i]->len);
        peer_expect_error(fd, form, "INVALID_ARGUMENT");
    }
    /* A request without the fields that the contract requires. */
    static const guint8 no_fields[] = {12, 0, 1, 0, 0};
    g_autoptr(GByteArray) partial =
        peer_message_raw(form, "getToken", MESSAGE_CALL, 1, no_fields, sizeof no_fields);
    peer_send(fd, partial->data, partial->len);
    peer_expect_exception(fd, form, PEER_PROTOCOL_ERROR);
    g_assert_cmpint(g_async_queue_length(fixture->tokens.jobs), ==, 0);
    close(fd);
}

/* A thousand that wait hold no worker, and do not count as calls in work. */
static void test_many_wait(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    enum { N_WAITING = 300 };
    int fds[N_WAITING];
    Job *jobs[N_WAITING];
    for (guint i = 0; i < N_WAITING; i++) {
        fds[i] = ask(fixture, &peer_forms[i % N_PEER_FORMS]);
        jobs[i] = next_job(&fixture->tokens);
    }
    harness_check_serves(fixture->harness, &peer_forms[0]);
    g_assert_false(ytops_rpc_server_wait_idle(fixture->harness->server, 1));
    for (guint i = 0; i < N_WAITING; i++)
        end_job(jobs[i], NULL);
    for (guint i = 0; i < N_WAITING; i++) {
        peer_expect_error(fds[i], &peer_forms[i % N_PEER_FORMS], NULL);
        close(fds[i]);
    }
    g_assert_true(ytops_rpc_server_wait_idle(fixture->harness->server, 20000));
}

/* The job ends when the client, and then when the whole server, is gone. */
static void test_client_gone(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int fd = ask(fixture, &peer_forms[0]);
    Job *job = next_job(&fixture->tokens);
    /* By a reset: an end of the stream would leave the client able to read the reply. */
    struct linger reset = {.l_onoff = 1};
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), ==, 0);
    close(fd);
    gint64 deadline = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
    while (ytops_rpc_server_count_connections(fixture->harness->server) > 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        g_usleep(1000);
    }
    end_job(job, NULL);
    g_assert_true(ytops_rpc_server_wait_idle(fixture->harness->server, 20000));
    harness_check_serves(fixture->harness, &peer_forms[0]);
}

static void test_server_gone(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int fd = ask(fixture, &peer_forms[0]);
    Job *job = next_job(&fixture->tokens);
    g_clear_pointer(&fixture->harness->server, ytops_rpc_server_free);
    peer_expect_end(fd);
    close(fd);
    end_job(job, NULL);
}

static void test_oneway(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    const PeerForm *form = &peer_forms[0];
    g_autoptr(GByteArray) message = token_message(form, MESSAGE_ONEWAY, "https://example.org/v");
    int fd = peer_connect(fixture->harness->port);
    peer_send(fd, message->data, message->len);
    end_job(next_job(&fixture->tokens), NULL);
    harness_check_ping(fd, form, 3);
    g_assert_true(peer_hears_nothing(fd, 10));
    close(fd);
}

static GError *report(YtopsRpcClient *client, gboolean success, const char *code,
                      const char *proxy_url)
{
    YtopsOutcomeReport *outcome =
        g_object_new(YTOPS_TYPE_OUTCOME_REPORT, "jobId", "j1", "accountId", "acc_1", "proxyUrl",
                     proxy_url, "success", success, "errorCode", code, "details", "d", NULL);
    YtopsServiceException *fault = NULL;
    YtopsUserException *refusal = NULL;
    GError *call_error = NULL;
    GError *error = NULL;
    gboolean ok = ytops_token_service_if_report_outcome(ytops_rpc_client_get_service(client),
                                                        outcome, &fault, &refusal, &call_error);
    ytops_rpc_client_check(client, ok, fault, refusal, call_error, &error);
    g_object_unref(outcome);
    return error;
}

static void test_report_outcome(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(YtopsRpcClient) client = harness_client(fixture->harness);
    g_assert_no_error(report(client, TRUE, "", HARNESS_PROXY_1));
    g_assert_cmpstr(fixture->tokens.reported, ==, "1 acc_1 " HARNESS_PROXY_1 " GENERIC d");
    g_assert_no_error(report(client, FALSE, "MEDIA_403", HARNESS_PROXY_1));
    g_assert_cmpstr(fixture->tokens.reported, ==, "0 acc_1 " HARNESS_PROXY_1 " MEDIA_403 d");
    g_autoptr(GError) unknown = report(client, FALSE, "NO_SUCH_CODE", HARNESS_PROXY_1);
    g_assert_error(unknown, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_autoptr(GError) foreign = report(client, TRUE, "", HARNESS_PROXY_2);
    g_assert_error(foreign, YTOPS_ERROR, YTOPS_ERROR_OUT_OF_SCOPE);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Fixture *fixture, gconstpointer data);
    } tests[] = {
        {"/rpc/token-call/result", test_result},
        {"/rpc/token-call/answered-when-the-job-ends", test_answered_when_the_job_ends},
        {"/rpc/token-call/failure", test_failure},
        {"/rpc/token-call/bad-requests", test_bad_requests},
        {"/rpc/token-call/client-gone", test_client_gone},
        {"/rpc/token-call/server-gone", test_server_gone},
        {"/rpc/token-call/oneway", test_oneway},
        {"/rpc/token-call/report-outcome", test_report_outcome},
    };
    static const YtopsRpcOptions narrow = {.call_limit = 2, .workers = 1};
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    g_test_add("/rpc/token-call/many-wait", Fixture, &narrow, set_up, test_many_wait, tear_down);
    return g_test_run();
}
