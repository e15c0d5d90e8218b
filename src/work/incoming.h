/*
 * Where a download grows until it is found good: a private folder DIR/.incoming/<name>, locked
 * while it is used, so that those of processes that were killed can be told and swept away.
 * A folder belongs to one thread.
 */
#pragma once

#include <glib.h>

typedef struct Incoming Incoming;

/* Removes the folders that nobody holds any more. What cannot be removed stays, with a log line. */
void incoming_sweep(const char *download_dir);

/*
 * Makes an empty folder; `name` is for people. INTERNAL, naming the path and what to check, where the
 * disk does not let us.
 */
Incoming *incoming_new(const char *download_dir, const char *name, GError **error);

/* Removes it with all that is in it. NULL is fine. */
void incoming_free(Incoming *incoming);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Incoming, incoming_free)

/* The folder for media, empty at first. Owned by `incoming`. */
const char *incoming_get_media_dir(const Incoming *incoming);

/* Keeps a text in a file beside it that only we can read; its path, g_free. */
char *incoming_keep(const Incoming *incoming, const char *name, const char *text, GError **error);

/* The media files there are, as paths, sorted; never NULL. Elements g_free'd by the array. */
GPtrArray *incoming_list_media(const Incoming *incoming);

/*
 * Moves the files into the download folder, each atomically, under the names of the stem
 * (media_name.h), and removes what an earlier run left there of the same stem. All of it is on the
 * disk when this returns. The new paths; NULL and INTERNAL where that does not work.
 */
GPtrArray *incoming_place(const Incoming *incoming, const GPtrArray *files, const char *stem,
                          GError **error);
