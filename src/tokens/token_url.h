/*
 * The address in a token request: checked, and what YouTube video it names. Pure.
 */
#pragma once

#include <glib.h>

/*
 * The address to extract, free with g_free: `text` itself where it is an http or https URL, and
 * https://www.youtube.com/watch?v=ID where it is a bare video id (11 of A-Z a-z 0-9 _ -).
 * INVALID_ARGUMENT, naming the field `url`, its value and what is allowed, for anything else: no
 * host, a user name, spaces or control characters, a backslash, more than 8 KiB, and yt-dlp's own
 * marker for data hidden in a URL.
 */
char *token_url_check(const char *text, GError **error);

/* The video id in a YouTube URL that token_url_check passed; NULL for any other. */
char *token_url_video_id(const char *url);
