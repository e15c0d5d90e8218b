/* The cookies of an info.json, for libcurl, which sends each to the hosts that it is for only. Pure. */
#pragma once

#include <glib.h>

/*
 * yt-dlp's text of cookies, "name=value; Domain=.host; Path=/; Secure; Expires=1; name2=...", as lines
 * of a Netscape cookie file, NULL-terminated; g_strfreev. One without a domain, or with a control
 * character, is left out. NULL is fine.
 */
char **media_cookies_parse(const char *text);
