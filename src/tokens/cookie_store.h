/*
 * The accounts' cookie files: <dir>/<account_id>.txt in Netscape format.
 *
 * A job works on a private copy in a folder of its own (mode 0700). What it changed is merged into
 * the file under a lock (<dir>/.lock, also against other processes) and the file is replaced in one
 * step, so that jobs of one account at the same time keep each other's cookies and a reader never
 * sees half a file. Thread-safe.
 */
#pragma once

#include <glib.h>

typedef struct CookieStore CookieStore;
typedef struct CookieCopy CookieCopy;

/* INVALID_ARGUMENT where `dir` is no folder that can be read. */
CookieStore *cookie_store_new(const char *dir, GError **error);
void cookie_store_free(CookieStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CookieStore, cookie_store_free)

/*
 * A private copy of the account's cookies; empty where it has no file yet. COOKIE_FILE where the file
 * is no cookie file, INTERNAL where it cannot be read or copied.
 */
CookieCopy *cookie_store_open(CookieStore *store, const char *account_id, GError **error);

/* Deletes the copy. NULL is fine. */
void cookie_copy_free(CookieCopy *copy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CookieCopy, cookie_copy_free)

/* Where the copy is, for yt-dlp to read and write. Owned by the copy. */
const char *cookie_copy_get_path(const CookieCopy *copy);

/*
 * Reads the copy back: the account's cookies after the job. *text (g_free) is NULL where there are
 * none. COOKIE_FILE or INTERNAL where the copy cannot be read.
 */
gboolean cookie_copy_read(CookieCopy *copy, char **text, GError **error);

/* Lays what the job changed onto the account's file. INTERNAL, naming the file. */
gboolean cookie_store_merge(CookieStore *store, CookieCopy *copy, GError **error);
