/*
 * A Netscape cookie file as a value: parsed, merged, written as yt-dlp writes it. Pure.
 *
 * A job works on a private copy of its account's file. What it changed there is laid onto whatever
 * the file holds by then, so two jobs of one account keep each other's cookies.
 */
#pragma once

#include <glib.h>

typedef struct CookieJar CookieJar;

CookieJar *cookie_jar_new(void);

/*
 * Parses `length` bytes (-1: up to the NUL). `name` stands for the file in messages. Blank lines,
 * comments and Windows line ends are fine; "#HttpOnly_" before a domain is a cookie, not a comment.
 * COOKIE_FILE, naming the file and the line, for whatever else is not seven fields divided by tabs,
 * for an expiry that is no number and for text that is not UTF-8. No cookie's value is ever shown.
 */
CookieJar *cookie_jar_parse(const char *text, gssize length, const char *name, GError **error);

void cookie_jar_free(CookieJar *jar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CookieJar, cookie_jar_free)

/* How many cookies it holds; one that was given twice counts once, and the later one is kept. */
guint cookie_jar_count(const CookieJar *jar);

/*
 * The value of the cookie with exactly that domain, path and name, owned by the jar; NULL where
 * there is none.
 */
const char *cookie_jar_get(const CookieJar *jar, const char *domain, const char *path,
                           const char *name);

/*
 * A new jar: `current`, with what differs between `before` (the copy that a job began with) and
 * `after` (that copy when the job had ended) added, replaced or removed. `before` NULL counts as
 * empty. Cookies keep the order of `current`; new ones come last.
 */
CookieJar *cookie_jar_merge(const CookieJar *current, const CookieJar *before,
                            const CookieJar *after);

/* Whether both hold the same cookies with the same content, whatever their order. */
gboolean cookie_jar_equal(const CookieJar *a, const CookieJar *b);

/*
 * The file's text, with the header that yt-dlp writes and expects. Session cookies have the expiry
 * 0. Free with g_free.
 */
char *cookie_jar_to_string(const CookieJar *jar);
