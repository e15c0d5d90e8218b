/*
 * The reply of an exchange.
 */
#include <string.h>

#include "http_exchange.h"
#include "ytops/log.h"

void ytops_http_exchange_set_header(YtopsHttpExchange *exchange, const char *name,
                                    const char *value)
{
    http_head_set(exchange->head, name, value);
}

static gboolean keeps_alive(const YtopsHttpExchange *exchange)
{
    return exchange->request->keep_alive && exchange->framing != HTTP_FRAMING_CLOSE &&
           !http_connection_is_last(exchange->connection);
}

/* Whether bytes of a body may follow the head. */
static gboolean has_body(const YtopsHttpExchange *exchange)
{
    return exchange->framing != HTTP_FRAMING_NONE && !http_request_is_head(exchange->request);
}

/* Puts the head into `piece`. FALSE: there is one already, and the exchange is gone. */
static gboolean begin(YtopsHttpExchange *exchange, guint status, gint64 length, HttpPiece *piece)
{
    if (exchange->started) {
        ytops_log_error("http", "a second reply to one request", "path", exchange->request->path,
                        "status", YTOPS_LOG_INT(status), NULL);
        http_piece_free(piece);
        ytops_http_exchange_abort(exchange);
        return FALSE;
    }
    exchange->started = TRUE;
    exchange->status = status;
    exchange->length = length;
    exchange->framing = http_head_choose_framing(status, length, exchange->request->minor);
    /* A server that drains while this reply runs closes after it, whatever the head has said. */
    exchange->request->keep_alive = keeps_alive(exchange);
    HttpHeadFacts facts = {.status = status,
                           .minor = exchange->request->minor,
                           .keep_alive = exchange->request->keep_alive,
                           .framing = exchange->framing,
                           .length = length,
                           .now_s = g_get_real_time() / G_USEC_PER_SEC};
    g_autoptr(GBytes) head = http_head_format(exchange->head, &facts);
    http_piece_add(piece, head);
    return TRUE;
}

static void finish(YtopsHttpExchange *exchange)
{
    HttpConnection *connection = exchange->connection;
    gboolean keep_alive = keeps_alive(exchange);
    http_exchange_free(exchange, "complete");
    http_connection_finish(connection, keep_alive);
}

/* ---- at once ------------------------------------------------------------------------------ */

void ytops_http_exchange_respond(YtopsHttpExchange *exchange, guint status,
                                 const char *content_type, GBytes *body)
{
    HttpPiece *piece = http_piece_new();
    gsize length = body != NULL ? g_bytes_get_size(body) : 0;
    if (content_type != NULL && !exchange->started)
        http_head_set(exchange->head, "Content-Type", content_type);
    if (!begin(exchange, status, (gint64)length, piece))
        return;
    if (body != NULL && has_body(exchange)) {
        http_piece_add(piece, body);
        exchange->sent = (gint64)length;
    }
    http_connection_send(exchange->connection, piece);
    finish(exchange);
}

void ytops_http_exchange_respond_json(YtopsHttpExchange *exchange, guint status,
                                      const YtopsJson *json)
{
    char *text = ytops_json_to_string(json);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    ytops_http_exchange_respond(exchange, status, "application/json", body);
}

void ytops_http_exchange_respond_error(YtopsHttpExchange *exchange, guint status,
                                       const GError *error, const char *field)
{
    YtopsErrorCode code = ytops_error_get_code(error);
    const char *wait = ytops_error_get_context(error, "retryAfterS");
    g_autoptr(GBytes) body = http_fault_to_body(code, error->message, field);
    if (status == 0)
        status = http_fault_status_of(code);
    if (wait != NULL && status == 503)
        http_head_set(exchange->head, "Retry-After", wait);
    ytops_http_exchange_respond(exchange, status, "application/json", body);
}

void http_exchange_refuse(YtopsHttpExchange *exchange, const HttpFault *fault)
{
    g_autoptr(GBytes) body = http_fault_to_body(fault->code, fault->message, fault->field);
    ytops_http_exchange_respond(exchange, fault->status, "application/json", body);
}

/* ---- bit by bit --------------------------------------------------------------------------- */

void ytops_http_exchange_start(YtopsHttpExchange *exchange, guint status, gint64 length)
{
    HttpPiece *piece = http_piece_new();
    if (begin(exchange, status, length, piece))
        http_connection_send(exchange->connection, piece);
}

/* What of the piece still belongs to the length that was promised. */
static GBytes *within_length(YtopsHttpExchange *exchange, GBytes *bytes)
{
    gsize length = g_bytes_get_size(bytes);
    gint64 left = exchange->length - exchange->sent;
    if (exchange->framing != HTTP_FRAMING_LENGTH || (gint64)length <= left)
        return g_bytes_ref(bytes);
    ytops_log_warning("http", "a reply is longer than its Content-Length; cut", "path",
                      exchange->request->path, "length", YTOPS_LOG_INT(exchange->length), NULL);
    return g_bytes_new_from_bytes(bytes, 0, (gsize)left);
}

void ytops_http_exchange_write(YtopsHttpExchange *exchange, GBytes *bytes)
{
    if (!exchange->started || !has_body(exchange))
        return;
    g_autoptr(GBytes) body = within_length(exchange, bytes);
    HttpPiece *piece = http_piece_new();
    exchange->sent += (gint64)g_bytes_get_size(body);
    if (exchange->framing == HTTP_FRAMING_CHUNKED)
        http_piece_add_chunk(piece, body);
    else
        http_piece_add(piece, body);
    http_connection_send(exchange->connection, piece);
}

gsize ytops_http_exchange_get_queued(const YtopsHttpExchange *exchange)
{
    return http_connection_get_queued(exchange->connection);
}

void ytops_http_exchange_end(YtopsHttpExchange *exchange)
{
    gboolean missing = exchange->framing == HTTP_FRAMING_LENGTH && has_body(exchange) &&
                       exchange->sent < exchange->length;
    if (!exchange->started || missing) {
        ytops_http_exchange_abort(exchange);
        return;
    }
    if (exchange->framing == HTTP_FRAMING_CHUNKED && has_body(exchange)) {
        HttpPiece *piece = http_piece_new();
        http_piece_add_last_chunk(piece);
        http_connection_send(exchange->connection, piece);
    }
    finish(exchange);
}

void ytops_http_exchange_abort(YtopsHttpExchange *exchange)
{
    HttpConnection *connection = exchange->connection;
    gboolean reset = exchange->started && exchange->framing == HTTP_FRAMING_CLOSE;
    http_exchange_free(exchange, "aborted");
    http_connection_abort(connection, reset);
}
