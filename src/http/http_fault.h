/*
 * What the server itself has against a request: the status, and what its JSON body says.
 */
#pragma once

#include "ytops/error.h"

typedef struct {
    guint status;        /* 0: none */
    YtopsErrorCode code; /* for the body */
    char *message;
    const char *field; /* static: the part of the request that is to blame; NULL: none */
} HttpFault;

/* Keeps the first fault. Always FALSE, so that a check can return it. `field` is borrowed. */
gboolean http_fault_set(HttpFault *fault, guint status, YtopsErrorCode code, const char *field,
                        const char *format, ...) G_GNUC_PRINTF(5, 6);

void http_fault_clear(HttpFault *fault);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpFault, http_fault_clear)

/* {"error":{"code":..., "message":..., "field":...}}; passwords in `message` are redacted. */
GBytes *http_fault_to_body(YtopsErrorCode code, const char *message, const char *field);

/* The status that fits an error of a handler. */
guint http_fault_status_of(YtopsErrorCode code);
