#include "rpc/reply_port.h"

static void count(gpointer counter)
{
    *(guint *)counter += 1;
}

static GByteArray *bytes_of(const char *text)
{
    return g_byte_array_append(g_byte_array_new(), (const guint8 *)text, 1);
}

static void test_replies_keep_their_order(void)
{
    guint wakes = 0;
    g_autoptr(ReplyPort) port = reply_port_new(count, &wakes);
    reply_port_post(port, 1, bytes_of("a"));
    reply_port_post(port, 2, NULL);
    g_assert_cmpuint(wakes, ==, 2);
    g_autoptr(Reply) first = reply_port_take(port);
    g_assert_cmpuint(first->connection_id, ==, 1);
    g_assert_cmpmem(first->bytes->data, first->bytes->len, "a", 1);
    g_autoptr(Reply) second = reply_port_take(port);
    g_assert_cmpuint(second->connection_id, ==, 2);
    g_assert_null(second->bytes);
    g_assert_null(reply_port_take(port));
}

static void test_a_closed_port_drops(void)
{
    guint wakes = 0;
    g_autoptr(ReplyPort) port = reply_port_new(count, &wakes);
    g_autoptr(ReplyPort) other = reply_port_ref(port);
    reply_port_post(port, 1, bytes_of("a"));
    reply_port_close(port);
    g_assert_null(reply_port_take(port));
    reply_port_post(other, 1, bytes_of("b"));
    g_assert_null(reply_port_take(port));
    g_assert_cmpuint(wakes, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/reply-port/replies-keep-their-order", test_replies_keep_their_order);
    g_test_add_func("/rpc/reply-port/a-closed-port-drops", test_a_closed_port_drops);
    return g_test_run();
}
