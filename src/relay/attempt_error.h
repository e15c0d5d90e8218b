/* Why an attempt failed, as a sentence and as the error a client is answered with. Pure. */
#pragma once

#include "relay_policy.h"
#include "ytops/error.h"

typedef struct {
    RelayError error;
    guint status;        /* of RELAY_ERROR_STATUS */
    const char *message; /* NULL: the error says it all */
    YtopsErrorCode code; /* as docs/errors.md has it; INTERNAL: no trouble of the way there */
    gboolean is_final;   /* the same URL would do the same again */
} AttemptError;

/* "https://host/path answered with status 503". Free with g_free. */
char *attempt_error_text(const AttemptError *failure, const char *url);

/* With the context `status`: 504 where no data came in time, else 502; and `reason`. */
GError *attempt_error_to_gerror(const AttemptError *failure, const char *url, const char *reason);
