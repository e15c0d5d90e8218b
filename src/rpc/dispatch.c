#include "dispatch.h"

#include <string.h>
#include <thrift/c_glib/processor/thrift_dispatch_processor.h>

#include "handler.h"
#include "message_scan.h"
#include "relay_handler.h"
#include "token_call.h"
#include "wire_protocol.h"
#include "wire_reply.h"
#include "work_handler.h"
#include "ytops/log.h"

/* What a worker needs for one call of a service that wants to know who calls. */
typedef struct {
    YtopsTokenServiceHandler *handler;
    ThriftDispatchProcessor *processor;
    YtopsWorkServiceHandler *work_handler;
    ThriftDispatchProcessor *work_processor;
} Bench;

struct Dispatch {
    RpcState *state;
    ReplyPort *port;
    GAsyncQueue *benches; /* those that nobody works at; no more than there are workers */
    YtopsRelayServiceHandler *relay_handler;
    ThriftDispatchProcessor *relay_processor;
};

static Bench *bench_new(RpcState *state)
{
    Bench *bench = g_new0(Bench, 1);
    bench->handler = handler_new(state);
    bench->processor =
        g_object_new(YTOPS_TYPE_TOKEN_SERVICE_PROCESSOR, "handler", bench->handler, NULL);
    bench->work_handler = work_handler_new(state);
    bench->work_processor =
        g_object_new(YTOPS_TYPE_WORK_SERVICE_PROCESSOR, "handler", bench->work_handler, NULL);
    return bench;
}

static void bench_free(gpointer data)
{
    Bench *bench = data;
    g_object_unref(bench->work_processor);
    g_object_unref(bench->work_handler);
    g_object_unref(bench->processor);
    g_object_unref(bench->handler);
    g_free(bench);
}

Dispatch *dispatch_new(RpcState *state, ReplyPort *port)
{
    Dispatch *dispatch = g_new0(Dispatch, 1);
    dispatch->state = state;
    dispatch->port = reply_port_ref(port);
    dispatch->benches = g_async_queue_new_full(bench_free);
    dispatch->relay_handler = relay_handler_new(state);
    dispatch->relay_processor =
        g_object_new(YTOPS_TYPE_RELAY_SERVICE_PROCESSOR, "handler", dispatch->relay_handler, NULL);
    return dispatch;
}

void dispatch_free(Dispatch *dispatch)
{
    if (dispatch == NULL)
        return;
    g_object_unref(dispatch->relay_processor);
    g_object_unref(dispatch->relay_handler);
    g_async_queue_unref(dispatch->benches);
    reply_port_unref(dispatch->port);
    g_free(dispatch);
}

static const guint8 *message_bytes(const RpcCall *call)
{
    return call->bytes->data + call->offset;
}

static GByteArray *unknown_method(const ReplyForm *form)
{
    g_autofree char *message = g_strdup_printf(
        "the method '%s' is not served here: docs/rpc.md lists those that are", form->header.name);
    return wire_reply_exception(form, THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD, message);
}

static GByteArray *bad_arguments(const ReplyForm *form, const GError *error)
{
    g_autofree char *message = g_strdup_printf("the arguments of '%s' cannot be read: %s",
                                               form->header.name, error->message);
    return wire_reply_exception(form, THRIFT_APPLICATION_EXCEPTION_ERROR_PROTOCOL_ERROR, message);
}

/* The generated processor reports a bad message and a reply it cannot write in the same way. */
static GByteArray *processor_failed(const ReplyForm *form, const GError *error)
{
    if (!g_error_matches(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_SEND))
        return bad_arguments(form, error);
    return wire_reply_exception(form, THRIFT_APPLICATION_EXCEPTION_ERROR_INTERNAL_ERROR,
                                error->message);
}

/* Takes over the reply, which a oneway call does not get. method NULL: unknown. */
static void answer(Dispatch *dispatch, const RpcCall *call, const RpcMethod *method,
                   const ReplyForm *form, GByteArray *reply)
{
    rpc_metrics_count(dispatch->state->metrics, method, call->encoding, form->framed, reply,
                      call->arrived_us);
    if (form->header.type == MESSAGE_ONEWAY)
        g_clear_pointer(&reply, g_byte_array_unref);
    reply_port_post(dispatch->port, call->connection_id, reply);
}

static gboolean is_of_relay(const RpcMethod *method)
{
    return strcmp(method->service, METHOD_TABLE_RELAY) == 0;
}

static gboolean is_of_work(const RpcMethod *method)
{
    return strcmp(method->service, METHOD_TABLE_WORK) == 0;
}

static gboolean call_processor(ThriftDispatchProcessor *processor, const RpcMethod *method,
                               const ReplyForm *form, ThriftProtocol *protocol, GError **error)
{
    ThriftDispatchProcessorClass *cls = THRIFT_DISPATCH_PROCESSOR_GET_CLASS(processor);
    /* dispatch_call frees the name. */
    return cls->dispatch_call(processor, protocol, protocol, g_strdup(method->name),
                              form->header.sequence_id, error);
}

static gboolean run_at_bench(Dispatch *dispatch, const RpcMethod *method, const ReplyForm *form,
                             const RpcCall *call, ThriftProtocol *protocol, GError **error)
{
    Bench *bench = g_async_queue_try_pop(dispatch->benches);
    if (bench == NULL)
        bench = bench_new(dispatch->state);
    gboolean is_work = is_of_work(method);
    gpointer handler = is_work ? (gpointer)bench->work_handler : (gpointer)bench->handler;
    handler_set_peer(handler, call->peer);
    gboolean ok = call_processor(is_work ? bench->work_processor : bench->processor, method, form,
                                 protocol, error);
    handler_set_peer(handler, NULL);
    g_async_queue_push(dispatch->benches, bench);
    return ok;
}

static GByteArray *run_processor(Dispatch *dispatch, const RpcMethod *method, const ReplyForm *form,
                                 const RpcCall *call, SliceTransport *transport,
                                 ThriftProtocol *protocol)
{
    g_autoptr(GError) error = NULL;
    gboolean ok = is_of_relay(method)
                      ? call_processor(dispatch->relay_processor, method, form, protocol, &error)
                      : run_at_bench(dispatch, method, form, call, protocol, &error);
    if (ok)
        return wire_reply_finish(form, slice_transport_steal_output(transport));
    return processor_failed(form, error);
}

static void run_method(Dispatch *dispatch, const RpcMethod *method, const ReplyForm *form,
                       const RpcCall *call, gsize header_length)
{
    SliceTransport *transport = slice_transport_new(form->framed ? WIRE_REPLY_FRAME_BYTES : 0);
    slice_transport_set_input(transport, message_bytes(call) + header_length,
                              call->length - header_length);
    ThriftProtocol *protocol =
        wire_protocol_new(transport, form->header.encoding, form->header.strict);
    g_autoptr(GError) error = NULL;
    GByteArray *reply = NULL;
    gboolean posts_itself = FALSE;
    if (method->deferred) {
        posts_itself =
            token_call_run(dispatch->state, method, form, protocol, dispatch->port, call, &error);
        if (!posts_itself)
            reply = bad_arguments(form, error);
    } else {
        reply = run_processor(dispatch, method, form, call, transport, protocol);
    }
    g_object_unref(protocol);
    g_object_unref(transport);
    if (!posts_itself)
        answer(dispatch, call, method, form, reply);
}

static gboolean check_service(const Dispatch *dispatch, const RpcMethod *method, GError **error)
{
    YtopsRole role = dispatch->state->services.role;
    if (!method_table_serves(method, role)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_ROLE_FORBIDDEN,
                    "%s is not served by the role %s: ask a worker or an all-in-one server",
                    method->name, ytops_role_to_string(role));
        return FALSE;
    }
    if (is_of_relay(method) && dispatch->state->services.relay == NULL) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_ROLE_FORBIDDEN,
                    "%s is not served here, where the relay is off: start the server with "
                    "--http-listen, or ask another one",
                    method->name);
        return FALSE;
    }
    if (method->deferred && g_atomic_int_get(&dispatch->state->closed)) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING,
                            "this server is shutting down: use another one");
        return FALSE;
    }
    return TRUE;
}

/* The reply to a message that reaches no method; NULL where it is to be run. */
static GByteArray *refuse_early(const Dispatch *dispatch, const RpcMethod *method,
                                const ReplyForm *form)
{
    g_autoptr(GError) error = NULL;
    if (form->header.type != MESSAGE_CALL && form->header.type != MESSAGE_ONEWAY)
        return wire_reply_exception(
            form, THRIFT_APPLICATION_EXCEPTION_ERROR_INVALID_MESSAGE_TYPE,
            "this is a reply, not a call: a server takes messages of type CALL and ONEWAY");
    if (method == NULL)
        return unknown_method(form);
    if (!check_service(dispatch, method, &error))
        return wire_reply_error(form, method, error);
    return NULL;
}

static void log_bad_message(const RpcCall *call, const GError *error)
{
    ytops_log_warning("rpc", "message refused", "reason", error->message, "encoding",
                      wire_encoding_to_string(call->encoding), "length",
                      YTOPS_LOG_INT((gint64)call->length), NULL);
}

/* Envoy's health checker ends its ping with one stop more than there are structs. */
static void drop_second_stop(RpcCall *call, const MessageScan *scan)
{
    if (scan->position + 1 == call->length && message_bytes(call)[scan->position] == 0)
        call->length = scan->position;
}

/* Scans the whole message; *form then tells how to answer, whether it was good or not. */
static gboolean scan_message(RpcCall *call, ReplyForm *form, gsize *header_length, GError **error)
{
    MessageScan scan;
    message_scan_init(&scan, call->encoding, call->length);
    WireStatus status = message_scan_run(&scan, message_bytes(call), call->length, error);
    *header_length = scan.header_length;
    form->framed = call->framed;
    if (scan.header_length > 0) {
        form->header = scan.header;
    } else {
        form->header = (MessageHeader){
            .encoding = call->encoding, .strict = scan.header.strict, .type = MESSAGE_CALL};
    }
    if (status == WIRE_DONE)
        drop_second_stop(call, &scan);
    if (status == WIRE_DONE && scan.position < call->length) {
        wire_refuse(error, "not a valid message: %" G_GSIZE_FORMAT " bytes follow its end",
                    call->length - scan.position);
        return FALSE;
    }
    return status == WIRE_DONE;
}

void dispatch_run(Dispatch *dispatch, RpcCall *call)
{
    g_autoptr(RpcCall) owned = call;
    g_autoptr(GError) error = NULL;
    gint64 start = g_get_monotonic_time();
    const RpcMethod *method = NULL;
    ReplyForm form;
    gsize header_length;
    GByteArray *reply;
    if (!scan_message(call, &form, &header_length, &error)) {
        log_bad_message(call, error);
        reply = wire_reply_exception(&form, THRIFT_APPLICATION_EXCEPTION_ERROR_PROTOCOL_ERROR,
                                     error->message);
    } else {
        method = method_table_find(form.header.name);
        reply = refuse_early(dispatch, method, &form);
        if (reply == NULL) {
            run_method(dispatch, method, &form, call, header_length);
            if (ytops_log_enabled(YTOPS_LOG_DEBUG))
                ytops_log_debug("rpc", "call", "method", method->name, "duration_us",
                                YTOPS_LOG_INT(g_get_monotonic_time() - start), NULL);
            return;
        }
    }
    answer(dispatch, call, method, &form, reply);
}

GByteArray *dispatch_refuse(const RpcCall *call, RpcMetrics *metrics, const GError *error)
{
    ReplyForm form = {.framed = call->framed};
    WireInput input = {message_bytes(call), call->length};
    const RpcMethod *method = NULL;
    GByteArray *reply;
    form.header.encoding = call->encoding;
    if (message_header_read(&form.header, &input, NULL) != WIRE_DONE) {
        reply = wire_reply_exception(&form, THRIFT_APPLICATION_EXCEPTION_ERROR_PROTOCOL_ERROR,
                                     error->message);
    } else {
        method = method_table_find(form.header.name);
        reply = method != NULL ? wire_reply_error(&form, method, error) : unknown_method(&form);
    }
    rpc_metrics_count(metrics, method, call->encoding, form.framed, reply, call->arrived_us);
    if (form.header.type == MESSAGE_ONEWAY)
        g_clear_pointer(&reply, g_byte_array_unref);
    return reply;
}
