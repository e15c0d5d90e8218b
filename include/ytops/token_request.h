/*
 * A request for a token, checked, and what came of it. Pure.
 *
 * requestParamsJson is a JSON object; docs/tokens.md lists its keys, token_request.c holds them as
 * one table.
 */
#pragma once

#include <glib.h>

/* What a caller asked for. Strings are never NULL after ytops_token_request_new unless noted. */
typedef struct {
    char *url;      /* http(s); a bare YouTube id has become https://www.youtube.com/watch?v=ID */
    char *video_id; /* of a YouTube URL; NULL for any other */
    char *account_id;
    char *proxy_url; /* NULL: the server chooses */
    char *job_id;
    char *clients;     /* comma-separated player clients; NULL: yt-dlp's own choice */
    char *caller_id;   /* NULL: not told */
    char **ytdlp_args; /* from requestParamsJson: checked yt-dlp options, NULL-terminated */
    gboolean no_cache; /* from requestParamsJson: neither take from nor fill the cache */
    gint64 timeout_s;  /* > 0 */
    gboolean penalize;
} YtopsTokenAsk;

/* The raw fields, as they came over RPC; NULL and "" both mean not given. */
typedef struct {
    const char *url;
    const char *account_id;
    const char *proxy_url;
    const char *job_id;
    const char *clients;
    const char *request_params_json;
    const char *caller_id;
    gint64 timeout_s;
    gboolean penalize;
} YtopsTokenFields;

/*
 * Checks and completes the fields. INVALID_ARGUMENT names the field, its value and what is allowed:
 * a URL that is not http or https or has no host, an account id that ytops_account_id_check
 * refuses, a job id or clients with characters other than letters, digits and _.:,-; a timeout
 * below 0; an unknown or wrongly typed key of requestParamsJson. timeout_s 0 becomes
 * default_timeout_s.
 */
YtopsTokenAsk *ytops_token_ask_new(const YtopsTokenFields *fields, gint64 default_timeout_s,
                                   GError **error);
void ytops_token_ask_free(YtopsTokenAsk *ask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsTokenAsk, ytops_token_ask_free)

/*
 * What makes two requests equal: URL, account, proxy asked for, clients and params, but neither job
 * id, caller nor timeout. Free with g_free.
 */
char *ytops_token_ask_key(const YtopsTokenAsk *ask);

/* What getToken gives out. Immutable once made; shared by all who wait for the same job. */
typedef struct YtopsTokenResult {
    char *job_id;
    char *url;
    char *account_id;
    char *proxy_url;
    char *server_identity;
    char *info_json;
    char **ytdlp_command;  /* NULL-terminated */
    char *cookies;         /* Netscape format; NULL: none */
    GHashTable *po_tokens; /* char * context -> char * token; NULL: none */
    gint64 expires_at;     /* Unix seconds; 0: the media URLs do not tell */
    gint64 duration_ms;
} YtopsTokenResult;

YtopsTokenResult *ytops_token_result_ref(YtopsTokenResult *result); /* atomic */
void ytops_token_result_unref(YtopsTokenResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsTokenResult, ytops_token_result_unref)

/* A result with a reference count of 1 and every field empty, for its maker to fill. */
YtopsTokenResult *ytops_token_result_new(void);
