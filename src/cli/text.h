/*
 * Text as a terminal shows it: how wide it is, how it is shortened, what must not reach it. Pure.
 */
#pragma once

#include <glib.h>

typedef enum {
    CLI_SHORTEN_END,   /* "no such video aft…" */
    CLI_SHORTEN_MIDDLE /* "socks5://us…1.2.3.4:1080": both ends tell URLs apart */
} CliShorten;

/* Columns that valid UTF-8 takes: 2 for wide characters, 0 for combining ones. */
gsize cli_text_width(const char *text);

/*
 * A copy that is safe to show in one line: valid UTF-8, control characters (escape sequences, line
 * breaks) replaced by U+FFFD, the passwords of URLs by "***". NULL gives "". Free with g_free.
 */
char *cli_text_clean(const char *text);

/*
 * A copy at most `width` columns wide, with `mark` (such as "…") where something was left out. Text
 * that fits is copied as it is; where not even the mark fits, the text is cut. Free with g_free.
 */
char *cli_text_shorten(const char *text, gsize width, const char *mark, CliShorten where);
