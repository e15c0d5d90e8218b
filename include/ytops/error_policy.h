/*
 * What yt-dlp's messages mean, whom each error is charged to, and what a caller may do about it.
 * The table of docs/errors.md as data; --error-policy overrides its columns. Immutable once made.
 */
#pragma once

#include "ytops/error.h"

typedef struct {
    YtopsErrorCode code;
    gboolean charges_account;
    gboolean charges_proxy;
    gboolean bannable;  /* what the recovery policies act on */
    gboolean retryable; /* the same call may well succeed later as it is */
} YtopsErrorRule;

typedef struct YtopsErrorPolicy YtopsErrorPolicy;

/*
 * path NULL or "": the built-in table. The file is a JSON object: code name to an object of the
 * booleans "account", "proxy", "bannable", "retryable" that differ. INVALID_ARGUMENT names the
 * file, the key and what is allowed.
 */
YtopsErrorPolicy *ytops_error_policy_new(const char *path, GError **error);
void ytops_error_policy_free(YtopsErrorPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsErrorPolicy, ytops_error_policy_free)

/* The rule of any code: one that is in no table charges nobody. Owned by the policy. */
const YtopsErrorRule *ytops_error_policy_get(const YtopsErrorPolicy *policy, YtopsErrorCode code);

/* What stands behind each line of an extraction. */
typedef enum { YTOPS_LINE_WARNING, YTOPS_LINE_ERROR } YtopsLineLevel;

typedef struct {
    YtopsLineLevel level;
    const char *text; /* without yt-dlp's "ERROR: " or "WARNING: " */
} YtopsLine;

/*
 * The error that the lines of a failed extraction tell of, GENERIC where none is known. The message
 * is that of the line that decided, redacted, at most 500 bytes. Never NULL. Free with
 * g_error_free.
 */
GError *ytops_error_classify(const YtopsLine *lines, gsize n_lines);

/*
 * What yt-dlp wrote on standard error, as lines (YtopsLine; the array owns the texts). A message may
 * go on over lines; each belongs to the prefix above it. Free with g_array_unref.
 */
GArray *ytops_error_lines_new(const char *errors);
