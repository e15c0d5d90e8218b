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

/* That all has failed, why, and the text of the last error. Free with g_free. */
char *attempt_error_last_words(const AttemptError *failure, const char *url, const char *reason);

/*
 * The text with each URL cut to scheme://host:port, for players: user names, passwords and tokens are
 * in paths and queries, too. Free with g_free.
 */
char *attempt_error_hide_paths(const char *text);

/*
 * For players: the words without paths, and the context `status` (504 where no data came in time, else
 * 502) and `reason`.
 */
GError *attempt_error_to_gerror(const AttemptError *failure, const char *words, const char *reason);
