/*
 * What calls leave behind: nothing. thrift's generated structs would leak a part of every object
 * (see cmake/chain_finalize.sed); over a million calls that is hundreds of megabytes.
 */
#include <malloc.h>
#include <unistd.h>

#include "rpc_harness.h"
#include "ytops_management_types.h"

#define BATCH 500
#define WARM_UP_BATCHES 10
#define BATCHES 30

/* A hundredth of what leaking 68 bytes for one object a call would come to. */
#define ALLOWED_BYTES_PER_CALL 4

static gsize allocated(void)
{
    return mallinfo2().uordblks;
}

static void call_batches(int fd, const PeerForm *form, const GByteArray *message, guint n_batches)
{
    g_autoptr(GByteArray) batch = g_byte_array_new();
    for (guint i = 0; i < BATCH; i++)
        g_byte_array_append(batch, message->data, message->len);
    for (guint i = 0; i < n_batches; i++) {
        peer_send(fd, batch->data, batch->len);
        for (guint k = 0; k < BATCH; k++) {
            g_autoptr(PeerReply) reply = peer_receive(fd, form);
            g_assert_nonnull(reply);
        }
    }
}

static void check_no_growth(const PeerForm *form, GByteArray *message)
{
    g_autoptr(Harness) harness = harness_start(YTOPS_ROLE_MANAGEMENT, NULL, NULL);
    int fd = peer_connect(harness->port);
    call_batches(fd, form, message, WARM_UP_BATCHES);
    gsize before = allocated();
    call_batches(fd, form, message, BATCHES);
    gsize after = allocated();
    close(fd);
    g_byte_array_unref(message);
    gsize growth = after > before ? after - before : 0;
    g_test_message("%s: grew by %zu bytes in %d calls", form->name, growth, BATCH * BATCHES);
    g_assert_cmpuint(growth, <, BATCH * BATCHES * ALLOWED_BYTES_PER_CALL);
}

static void test_pings(void)
{
    check_no_growth(&peer_forms[0], peer_message(&peer_forms[0], "ping", MESSAGE_CALL, 1, NULL));
}

static void test_compact_pings(void)
{
    check_no_growth(&peer_forms[5], peer_message(&peer_forms[5], "ping", MESSAGE_CALL, 1, NULL));
}

/* A struct result, and optional fields. */
static void test_struct_results(void)
{
    check_no_growth(&peer_forms[2],
                    peer_message(&peer_forms[2], "getServerInfo", MESSAGE_CALL, 1, NULL));
}

/* A list of structs. */
static void test_lists(void)
{
    check_no_growth(&peer_forms[0],
                    peer_message(&peer_forms[0], "getProxyStatus", MESSAGE_CALL, 1, NULL));
}

/* Exceptions with context, and arguments that are read only in part. */
static void test_refusals(void)
{
    static const guint8 truncated[] = {11, 0, 1, 0, 0, 0, 9, 'x'};
    const PeerForm *form = &peer_forms[0];
    check_no_growth(form, peer_message(form, "banAccount", MESSAGE_CALL, 1, NULL));
    check_no_growth(form, peer_message(form, "getToken", MESSAGE_CALL, 1, NULL));
    check_no_growth(form, peer_message(form, "noSuchMethod", MESSAGE_CALL, 1, NULL));
    check_no_growth(
        form, peer_message_raw(form, "banAccount", MESSAGE_CALL, 1, truncated, sizeof truncated));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/memory/pings", test_pings);
    g_test_add_func("/rpc/memory/compact-pings", test_compact_pings);
    g_test_add_func("/rpc/memory/struct-results", test_struct_results);
    g_test_add_func("/rpc/memory/lists", test_lists);
    g_test_add_func("/rpc/memory/refusals", test_refusals);
    return g_test_run();
}
