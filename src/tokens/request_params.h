/*
 * requestParamsJson: further wishes of a token request, as yt-dlp options. Pure.
 *
 * One table says which keys there are. None of them can write or read a file, run a program or
 * change where the server connects through.
 */
#pragma once

#include <glib.h>

/* A row of the table, for the document and its test. Static. */
typedef struct {
    const char *key;
    const char *type;   /* for people: "string", "integer 1 to 300" */
    const char *option; /* the yt-dlp option it becomes */
    const char *meaning;
} RequestParam;

/* The row at `index`, in the table's order; NULL past its end. */
const RequestParam *request_params_describe(gsize index);

/* What requestParamsJson asks for. */
typedef struct {
    char **ytdlp_args; /* NULL-terminated, in the table's order whatever the document's is */
    gboolean no_cache;
} RequestParams;

/*
 * Parses the document; NULL and "" ask for nothing. INVALID_ARGUMENT names the key, its value and
 * what is allowed, and for an unknown key all that there are.
 */
gboolean request_params_parse(const char *text, RequestParams *params, GError **error);

/* Frees what it holds, and clears it. */
void request_params_clear(RequestParams *params);
