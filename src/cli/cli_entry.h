/* The values of options that add an entry to a map each time they are given. Pure. */
#pragma once

#include <glib.h>

/*
 * Adds "Name: value" to *headers, made where it is NULL (char * -> char *); blanks around the value
 * are left out, and it may be empty. INVALID_ARGUMENT for a text without a colon, a name that HTTP
 * does not allow, control characters in the value, and for a name that is there already, in upper or
 * lower case. No message shows the value, which may be a secret.
 */
gboolean cli_entry_add_header(GHashTable **headers, const char *text, GError **error);

/*
 * Adds "key=value" to *metadata in the same way; the value is taken as it is, from the first "=" on.
 * INVALID_ARGUMENT for a text without "=", an empty key and one that is there already.
 */
gboolean cli_entry_add_metadata(GHashTable **metadata, const char *text, GError **error);
