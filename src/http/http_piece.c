#include "http_piece.h"

#include <string.h>

#include "http_head.h"

HttpPiece *http_piece_new(void)
{
    return g_new0(HttpPiece, 1);
}

void http_piece_free(HttpPiece *piece)
{
    for (guint i = 0; i < piece->n_held; i++)
        g_bytes_unref(piece->held[i]);
    g_free(piece);
}

static void add_buffer(HttpPiece *piece, const char *bytes, gsize length)
{
    g_assert(piece->n_buffers < G_N_ELEMENTS(piece->buffers));
    piece->buffers[piece->n_buffers++] = (uv_buf_t){.base = (char *)bytes, .len = length};
}

static void add_text(HttpPiece *piece, const char *text)
{
    add_buffer(piece, text, strlen(text));
}

void http_piece_add(HttpPiece *piece, GBytes *bytes)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    if (length == 0)
        return;
    g_assert(piece->n_held < G_N_ELEMENTS(piece->held));
    piece->held[piece->n_held++] = g_bytes_ref(bytes);
    add_buffer(piece, data, length);
}

void http_piece_add_chunk(HttpPiece *piece, GBytes *bytes)
{
    gsize length = g_bytes_get_size(bytes);
    if (length == 0)
        return;
    g_snprintf(piece->chunk_size, sizeof piece->chunk_size, "%" G_GSIZE_MODIFIER "x\r\n", length);
    add_text(piece, piece->chunk_size);
    http_piece_add(piece, bytes);
    add_text(piece, "\r\n");
}

void http_piece_add_last_chunk(HttpPiece *piece)
{
    add_text(piece, "0\r\n\r\n");
}

void http_piece_add_continue(HttpPiece *piece)
{
    add_text(piece, "HTTP/1.1 100 Continue\r\n\r\n");
}

HttpPiece *http_piece_new_refusal(const HttpFault *fault)
{
    g_autoptr(GBytes) body = http_fault_to_body(fault->code, fault->message, fault->field);
    g_autoptr(HttpHead) head = http_head_new();
    HttpHeadFacts facts = {.status = fault->status,
                           .minor = 1,
                           .framing = HTTP_FRAMING_LENGTH,
                           .length = (gint64)g_bytes_get_size(body),
                           .now_s = g_get_real_time() / G_USEC_PER_SEC};
    http_head_set(head, "Content-Type", "application/json");
    g_autoptr(GBytes) text = http_head_format(head, &facts);
    HttpPiece *piece = http_piece_new();
    http_piece_add(piece, text);
    http_piece_add(piece, body);
    return piece;
}
