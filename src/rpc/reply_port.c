#include "reply_port.h"

struct ReplyPort {
    gatomicrefcount references;
    GMutex mutex; /* guards what follows */
    GQueue replies;
    void (*wake)(gpointer data); /* NULL: closed */
    gpointer wake_data;
};

void reply_free(Reply *reply)
{
    if (reply == NULL)
        return;
    if (reply->bytes != NULL)
        g_byte_array_unref(reply->bytes);
    g_free(reply);
}

ReplyPort *reply_port_new(void (*wake)(gpointer data), gpointer data)
{
    ReplyPort *port = g_new0(ReplyPort, 1);
    g_atomic_ref_count_init(&port->references);
    g_mutex_init(&port->mutex);
    g_queue_init(&port->replies);
    port->wake = wake;
    port->wake_data = data;
    return port;
}

ReplyPort *reply_port_ref(ReplyPort *port)
{
    g_atomic_ref_count_inc(&port->references);
    return port;
}

void reply_port_unref(ReplyPort *port)
{
    if (port == NULL || !g_atomic_ref_count_dec(&port->references))
        return;
    g_queue_clear_full(&port->replies, (GDestroyNotify)reply_free);
    g_mutex_clear(&port->mutex);
    g_free(port);
}

void reply_port_post(ReplyPort *port, guint64 connection_id, GByteArray *bytes)
{
    Reply *reply = g_new(Reply, 1);
    *reply = (Reply){connection_id, bytes};
    g_mutex_lock(&port->mutex);
    if (port->wake != NULL) {
        g_queue_push_tail(&port->replies, g_steal_pointer(&reply));
        port->wake(port->wake_data);
    }
    g_mutex_unlock(&port->mutex);
    reply_free(reply);
}

Reply *reply_port_take(ReplyPort *port)
{
    g_mutex_lock(&port->mutex);
    Reply *reply = g_queue_pop_head(&port->replies);
    g_mutex_unlock(&port->mutex);
    return reply;
}

void reply_port_close(ReplyPort *port)
{
    g_mutex_lock(&port->mutex);
    port->wake = NULL;
    g_queue_clear_full(&port->replies, (GDestroyNotify)reply_free);
    g_mutex_unlock(&port->mutex);
}
