/* From what a server or a socket says to our errors. */
#pragma once

#include <glib.h>

/* REDIS_UNAVAILABLE: which server, why, and what to do. */
void redis_error_set_unavailable(GError **error, const char *display_url, const char *reason);

/*
 * The error for an error reply to `what` ("HSET", "script 'select_proxy'"): REDIS_UNAVAILABLE where
 * the server cannot serve now, takes no writes (full memory or disk) or refuses the password, INTERNAL otherwise.
 */
void redis_error_set_from_reply(GError **error, const char *display_url, const char *what,
                                const char *text);

/* Whether the reply is of the given kind: "NOSCRIPT", "READONLY". */
gboolean redis_error_reply_is(const char *text, const char *kind);

/* Whether the reply says that a password is missing or wrong. */
gboolean redis_error_reply_is_refused_password(const char *text);
