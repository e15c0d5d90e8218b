/*
 * Arguments as they come over the wire, made fit for use: an absent one is "", text is valid UTF-8.
 * Errors are INVALID_ARGUMENT and name the field, its value where it can be shown, and what is
 * allowed.
 */
#pragma once

#include <glib.h>

/* Makes NULL "" and refuses what is not text. `name` is the contract's. */
gboolean argument_text(const char **value, const char *name, GError **error);

/* The same for an argument that must be given. */
gboolean argument_required_text(const char **value, const char *name, GError **error);

/* A list of texts, none of them empty (char *; NULL is an empty list), as a NULL-terminated array
 * whose strings still belong to the list. Free with g_free. */
const char **argument_texts(const GPtrArray *values, const char *name, GError **error);

/* A ban's length: YTOPS_UNTIL_UNBANNED, 0 (the default), or up to 100 years. */
gboolean argument_duration(gint64 seconds, const char *name, GError **error);
