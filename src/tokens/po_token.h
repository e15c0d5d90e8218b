/*
 * Proof-of-origin tokens, the part that needs no network: the question to a bgutil-compatible
 * provider, its answer, and the words in which yt-dlp takes a token. Pure.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *token;
    char *content_binding; /* what the token is bound to; NULL: not told */
    gint64 expires_at;     /* Unix seconds; 0: not told */
} PoToken;

void po_token_free(PoToken *token);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PoToken, po_token_free)

/*
 * The JSON body for POST /get_pot: `content_binding` is the video id, `proxy_url` NULL: direct.
 * Free with g_free. It holds the proxy's password.
 */
char *po_token_request(const char *content_binding, const char *proxy_url);

/*
 * Reads the provider's answer of `length` bytes: {poToken, contentBinding, expiresAt} or, of older
 * providers, {po_token, visit_identifier}; expiresAt as ISO 8601 text or as Unix seconds or
 * milliseconds. INTERNAL that says what the provider answered where it is an {"error"} or anything
 * else, and where the token has characters outside A-Z a-z 0-9 _ - = + / % . or more than 4 KiB.
 */
PoToken *po_token_parse(const char *text, gssize length, GError **error);

/*
 * The value of yt-dlp's youtube:po_token argument, such as "web.gvs+TOKEN,web.player+TOKEN", for
 * the browser clients among `clients` (comma-separated; NULL: those that yt-dlp may choose by
 * itself). `po_tokens` is char * context ("gvs", "player", "subs") -> char * token. NULL where
 * there is no token or no client that takes one. Free with g_free.
 */
char *po_token_extractor_arg(const char *clients, GHashTable *po_tokens);
