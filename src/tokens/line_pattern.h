/*
 * The text of a yt-dlp message, made comparable. Pure.
 */
#pragma once

#include <glib.h>

/*
 * The message without terminal colours and other control characters, on one line, with every kind
 * of apostrophe as ' and text that is not UTF-8 replaced; at most its first 4 KiB. Free with g_free.
 */
char *line_clean(const char *text);

/*
 * Whether the pattern occurs in the text outside of web addresses, whatever the case of its
 * letters. A # in the pattern stands for one digit.
 */
gboolean line_contains(const char *text, const char *pattern);
