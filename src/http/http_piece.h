/*
 * What one write sends: buffers that are referenced, with a chunk's frame where there is one.
 */
#pragma once

#include <glib.h>
#include <uv.h>

#include "http_fault.h"

typedef struct {
    uv_write_t request;
    uv_buf_t buffers[5];
    guint n_buffers;
    GBytes *held[2];
    guint n_held;
    char chunk_size[20];
} HttpPiece;

HttpPiece *http_piece_new(void);
void http_piece_free(HttpPiece *piece);

/* Adds to what is sent; at most two GBytes and one chunk in a piece. Nothing is added for none. */
void http_piece_add(HttpPiece *piece, GBytes *bytes);
void http_piece_add_chunk(HttpPiece *piece, GBytes *bytes);
void http_piece_add_last_chunk(HttpPiece *piece);
void http_piece_add_continue(HttpPiece *piece);

/* A whole reply that says what is wrong, the last one of its connection. */
HttpPiece *http_piece_new_refusal(const HttpFault *fault);
