/*
 * Names of finished media files. Pure.
 *
 * A name is made of the video's id, for people, and of a digest of the URL and the format asked for:
 * the same work always gets the same name and so replaces its own earlier file, and no other's.
 */
#pragma once

#include <glib.h>

/* "BaW_jenozKc-0123456789abcdef": letters, digits, '_' and '-' only. id NULL: none. g_free. */
char *media_name_stem(const char *id, const char *url, const char *format);

/*
 * The name of the index-th (from 0) of n files of that stem, with the ending that `source` has,
 * where that is a plain one. Free with g_free.
 */
char *media_name_file(const char *stem, guint index, guint n_files, const char *source);

/* Whether a file of that name was made for the stem. */
gboolean media_name_is_of(const char *stem, const char *name);
