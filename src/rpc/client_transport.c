#include "client_transport.h"

#include "message_scan.h"
#include "wire_reply.h"
#include "ytops/error.h"

#define REPLY_LIMIT (1U << 30)
#define FIRST_CHUNK_BYTES (64 * 1024)

typedef struct {
    SliceTransport parent;
    ClientSocket *socket;
    GByteArray *reply; /* what `parent` reads from; NULL: none */
    GError *broken;    /* why no call is possible any more; NULL: it is */
} ClientTransport;

typedef struct {
    SliceTransportClass parent;
} ClientTransportClass;

static GType client_transport_get_type(void);
G_DEFINE_TYPE(ClientTransport, client_transport, slice_transport_get_type())

static gboolean refuse_reply(const ClientTransport *self, const char *reason, GError **error)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "%s did not answer with a framed Thrift message (%s): is it a ytdlp-ops server?",
                client_socket_get_address(self->socket), reason);
    return FALSE;
}

/* The buffer grows with what has come, whatever the length says. */
static gboolean receive_body(ClientTransport *self, guint32 length, GError **error)
{
    self->reply = g_byte_array_new();
    guint32 chunk = FIRST_CHUNK_BYTES;
    while (self->reply->len < length) {
        guint32 received = self->reply->len;
        chunk = MIN(MAX(chunk, received), length - received);
        g_byte_array_set_size(self->reply, received + chunk);
        if (!client_socket_receive(self->socket, self->reply->data + received, chunk, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean receive_reply(ClientTransport *self, GError **error)
{
    guint8 head[WIRE_REPLY_FRAME_BYTES];
    WireInput input = {head, sizeof head};
    guint32 length = 0;
    if (!client_socket_receive(self->socket, head, sizeof head, error))
        return FALSE;
    wire_read_u32(&input, &length);
    if (length == 0 || length > REPLY_LIMIT)
        return refuse_reply(self, "the frame's length is out of range", error);
    if (!receive_body(self, length, error))
        return FALSE;
    g_autoptr(GError) problem = NULL;
    MessageScan scan;
    message_scan_init(&scan, WIRE_BINARY, length);
    if (message_scan_run(&scan, self->reply->data, length, &problem) == WIRE_BAD)
        return refuse_reply(self, problem->message, error);
    slice_transport_set_input(&self->parent, self->reply->data, scan.position);
    return TRUE;
}

static gboolean exchange(ClientTransport *self, GByteArray *request, GError **error)
{
    const ReplyForm form = {.framed = TRUE};
    wire_reply_finish(&form, request);
    return client_socket_send(self->socket, request->data, request->len, error) &&
           receive_reply(self, error);
}

static gboolean flush(ThriftTransport *transport, GError **error)
{
    ClientTransport *self = (ClientTransport *)transport;
    g_autoptr(GByteArray) request = slice_transport_steal_output(&self->parent);
    slice_transport_reserve(&self->parent, WIRE_REPLY_FRAME_BYTES);
    slice_transport_set_input(&self->parent, NULL, 0);
    g_clear_pointer(&self->reply, g_byte_array_unref);
    if (self->broken == NULL && exchange(self, request, &self->broken))
        return TRUE;
    g_propagate_error(error, g_error_copy(self->broken));
    return FALSE;
}

static void client_transport_finalize(GObject *object)
{
    ClientTransport *self = (ClientTransport *)object;
    g_clear_error(&self->broken);
    if (self->reply != NULL)
        g_byte_array_unref(self->reply);
    G_OBJECT_CLASS(client_transport_parent_class)->finalize(object);
}

static void client_transport_class_init(ClientTransportClass *cls)
{
    G_OBJECT_CLASS(cls)->finalize = client_transport_finalize;
    THRIFT_TRANSPORT_CLASS(cls)->flush = flush;
}

static void client_transport_init(ClientTransport *self)
{
    slice_transport_reserve(&self->parent, WIRE_REPLY_FRAME_BYTES);
}

SliceTransport *client_transport_new(ClientSocket *socket)
{
    ClientTransport *self = g_object_new(client_transport_get_type(), NULL);
    self->socket = socket;
    return &self->parent;
}
