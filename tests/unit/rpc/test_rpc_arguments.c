/*
 * Arguments that are not what the contract says: absent, of another type, no text, far too many.
 */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "rpc_harness.h"
#include "ytops_management_types.h"

/* Lengths and counts that claim what is not there, in arguments of proxyUrls and of serverIdentity. */
static void test_claims_inside(Harness *harness)
{
    GByteArray *bodies[] = {PEER_BYTES("\x0b\0\x01\x7f\xff\xff\xff"),
                            PEER_BYTES("\x0b\0\x01\xff\xff\xff\xff"),
                            PEER_BYTES("\x0f\0\x02\x0b\x7f\xff\xff\xff"),
                            PEER_BYTES("\x0f\0\x02\x0b\xff\xff\xff\xff"),
                            PEER_BYTES("\x0d\0\x09\x0b\x0b\x7f\xff\xff\xff"),
                            PEER_BYTES("\x0f\0\x09\x02\x00\xff\xff\xff"),
                            PEER_BYTES("\x0f\0\x02\x63\0\0\0\0\0"),
                            PEER_BYTES("\x63\0\x02\0"),
                            PEER_BYTES("\x0f\0\x09\x01\x7f\xff\xff\xff")};
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        const PeerForm *form = &peer_forms[0];
        g_autoptr(GByteArray) message = peer_message_raw(
            form, "deleteProxiesFromRedis", MESSAGE_CALL, 3, bodies[i]->data, bodies[i]->len);
        int fd = peer_connect(harness->port);
        peer_send(fd, message->data, message->len);
        peer_expect_exception(fd, form, PEER_PROTOCOL_ERROR);
        harness_check_ping(fd, form, 4);
        close(fd);
        g_byte_array_unref(bodies[i]);
    }
}

/* Valid messages whose types are not those of the contract: nothing is misread. */
static void test_other_types(Harness *harness)
{
    const PeerForm *form = &peer_forms[0];
    /* proxyUrls as a list of one i32, whose bytes are no string. */
    g_autoptr(GByteArray) list = PEER_BYTES("\x0f\0\x02\x08\0\0\0\x01\0\0\0\x09\0");
    /* proxyUrls as two i32 that read as one string, and leave a byte over. */
    g_autoptr(GByteArray) tail = PEER_BYTES("\x0f\0\x02\x0a\0\0\0\x01\0\0\0\x00\0\0\0\0\0");
    GByteArray *bodies[] = {list, tail};
    int fd = peer_connect(harness->port);
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GByteArray) message = peer_message_raw(
            form, "deleteProxiesFromRedis", MESSAGE_CALL, 3, bodies[i]->data, bodies[i]->len);
        peer_send(fd, message->data, message->len);
        peer_expect_exception(fd, form, PEER_PROTOCOL_ERROR);
    }
    /* accountId as a number is an accountId that is missing. */
    g_autoptr(GByteArray) number = PEER_BYTES("\x08\0\x01\0\0\0\x07\0");
    g_autoptr(GByteArray) message =
        peer_message_raw(form, "banAccount", MESSAGE_CALL, 3, number->data, number->len);
    peer_send(fd, message->data, message->len);
    peer_expect_error(fd, form, "INVALID_ARGUMENT");
    harness_check_ping(fd, form, 4);
    close(fd);
}

/* Every text argument of every method: absent is empty, and what must be given is asked for. */
static void test_missing_strings(Harness *harness)
{
    static const struct {
        const char *method;
        const char *code;
    } calls[] = {{"banProxy", "INVALID_ARGUMENT"},
                 {"unbanProxy", "INVALID_ARGUMENT"},
                 {"resetProxy", "INVALID_ARGUMENT"},
                 {"banAccount", "INVALID_ARGUMENT"},
                 {"unbanAccount", "INVALID_ARGUMENT"},
                 {"resetAccount", "INVALID_ARGUMENT"},
                 {"getProxyStatus", NULL},
                 {"banAllProxies", NULL},
                 {"unbanAllProxies", NULL},
                 {"resetAllProxies", NULL},
                 {"deleteProxiesFromRedis", NULL},
                 {"getAccountStatus", NULL},
                 {"banAllAccounts", NULL},
                 {"unbanAllAccounts", NULL},
                 {"resetAllAccounts", NULL},
                 {"deleteAccountsFromRedis", NULL}};
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        int fd = peer_connect(harness->port);
        for (gsize k = 0; k < G_N_ELEMENTS(calls); k++) {
            g_autoptr(GByteArray) message =
                peer_message(&peer_forms[i], calls[k].method, MESSAGE_CALL, 1, NULL);
            peer_send(fd, message->data, message->len);
            peer_expect_error(fd, &peer_forms[i], calls[k].code);
        }
        close(fd);
    }
}

/* Text fields by method, and what their bytes are not. */
static void test_text_that_is_none(Harness *harness)
{
    static const struct {
        const char *method;
        guint n_fields;
        const char *names[3];
    } calls[] = {{"getProxyStatus", 1, {"serverIdentity"}},
                 {"banProxy", 3, {"serverIdentity", "proxyUrl", "reason"}},
                 {"unbanProxy", 2, {"serverIdentity", "proxyUrl"}},
                 {"resetProxy", 2, {"serverIdentity", "proxyUrl"}},
                 {"banAllProxies", 2, {"serverIdentity", "reason"}},
                 {"unbanAllProxies", 1, {"serverIdentity"}},
                 {"resetAllProxies", 1, {"serverIdentity"}},
                 {"getAccountStatus", 1, {"accountPrefix"}},
                 {"banAccount", 2, {"accountId", "reason"}},
                 {"unbanAccount", 1, {"accountId"}},
                 {"resetAccount", 1, {"accountId"}},
                 {"banAllAccounts", 2, {"accountPrefix", "reason"}},
                 {"unbanAllAccounts", 1, {"accountPrefix"}},
                 {"resetAllAccounts", 1, {"accountPrefix"}},
                 {"deleteAccountsFromRedis", 1, {"accountPrefix"}}};
    static const char *const bad[] = {"\xff\xfe\xfd", "a\0b", "\xed\xa0\x80", "\0\0\0"};
    const PeerForm *form = &peer_forms[0];
    int fd = peer_connect(harness->port);
    for (gsize c = 0; c < G_N_ELEMENTS(calls); c++) {
        for (guint field = 0; field < calls[c].n_fields; field++) {
            for (gsize b = 0; b < G_N_ELEMENTS(bad); b++) {
                g_autoptr(GByteArray) body = g_byte_array_new();
                for (guint f = 0; f < calls[c].n_fields; f++) {
                    guint8 head[7] = {11, 0, (guint8)(f + 1), 0, 0, 0, 3};
                    g_byte_array_append(body, head, sizeof head);
                    g_byte_array_append(body, (const guint8 *)(f == field ? bad[b] : "abc"), 3);
                }
                g_byte_array_append(body, (const guint8 *)"", 1);
                g_autoptr(GByteArray) message =
                    peer_message_raw(form, calls[c].method, MESSAGE_CALL, 1, body->data, body->len);
                peer_send(fd, message->data, message->len);
                g_autoptr(PeerReply) reply = peer_receive(fd, form);
                g_assert_cmpstr(reply->error_code, ==, "INVALID_ARGUMENT");
                g_assert_nonnull(strstr(reply->error_message, calls[c].names[field]));
            }
        }
    }
    close(fd);
}

static gdouble cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (gdouble)usage.ru_utime.tv_sec + (gdouble)usage.ru_stime.tv_sec +
           1e-6 * (gdouble)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* CPU of this process, server and client, for a call with as many URLs. */
static gdouble cost_of_list(Harness *harness, const PeerForm *form, guint n_urls)
{
    YtopsManagementServiceDeleteProxiesFromRedisArgs *arguments =
        g_object_new(YTOPS_TYPE_MANAGEMENT_SERVICE_DELETE_PROXIES_FROM_REDIS_ARGS, NULL);
    /* The last one is empty, so that the call is refused once all are decoded and checked. */
    for (guint i = 0; i + 1 < n_urls; i++)
        g_ptr_array_add(arguments->proxyUrls, g_strdup_printf("socks5://10.0.0.1:%u", i));
    g_ptr_array_add(arguments->proxyUrls, g_strdup(""));
    arguments->__isset_proxyUrls = TRUE;
    g_autoptr(GByteArray) message =
        peer_message(form, "deleteProxiesFromRedis", MESSAGE_CALL, 1, THRIFT_STRUCT(arguments));
    g_object_unref(arguments);
    int fd = peer_connect(harness->port);
    gdouble before = cpu_seconds();
    peer_send(fd, message->data, message->len);
    peer_expect_error(fd, form, "INVALID_ARGUMENT");
    gdouble cost = cpu_seconds() - before;
    close(fd);
    return cost;
}

/* Quadratic, four times the elements would cost sixteen times as much. */
static void test_long_list_in_linear_time(Harness *harness)
{
    for (gsize i = 0; i < N_PEER_FORMS; i++) {
        cost_of_list(harness, &peer_forms[i], 100000);
        gdouble small = cost_of_list(harness, &peer_forms[i], 100000);
        gdouble large = cost_of_list(harness, &peer_forms[i], 400000);
        g_test_message("%s: 100,000 URLs %.3f s, 400,000 URLs %.3f s", peer_forms[i].name, small,
                       large);
        g_assert_cmpfloat(large, <, 8 * small + 0.05);
    }
}

/* 400,000 URLs that are really looked for in Redis. */
static void test_long_list_is_carried_out(Harness *harness)
{
    YtopsManagementServiceDeleteProxiesFromRedisArgs *arguments =
        g_object_new(YTOPS_TYPE_MANAGEMENT_SERVICE_DELETE_PROXIES_FROM_REDIS_ARGS, NULL);
    for (guint i = 0; i < 400000; i++)
        g_ptr_array_add(arguments->proxyUrls, g_strdup_printf("socks5://10.0.0.1:%u", i));
    arguments->__isset_proxyUrls = TRUE;
    g_autoptr(GByteArray) message = peer_message(&peer_forms[0], "deleteProxiesFromRedis",
                                                 MESSAGE_CALL, 1, THRIFT_STRUCT(arguments));
    g_object_unref(arguments);
    int fd = peer_connect(harness->port);
    peer_send(fd, message->data, message->len);
    peer_expect_error(fd, &peer_forms[0], NULL);
    close(fd);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *path;
        HarnessTest test;
    } tests[] = {
        {"/rpc/arguments/claims-inside", test_claims_inside},
        {"/rpc/arguments/other-types", test_other_types},
        {"/rpc/arguments/missing-strings", test_missing_strings},
        {"/rpc/arguments/text-that-is-none", test_text_that_is_none},
        {"/rpc/arguments/long-list-in-linear-time", test_long_list_in_linear_time},
        {"/rpc/arguments/long-list-is-carried-out", test_long_list_is_carried_out},
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &tests[i].test, harness_run);
    return g_test_run();
}
