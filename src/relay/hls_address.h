/* Where a resource of an HLS stream is looked for: at its own URL, and below the failover URLs. Pure. */
#pragma once

#include <glib.h>

/* The one of stream_urls in whose folder `url` is, `preferred` first; `preferred` where there is none. */
guint hls_address_find(const char *url, const char *const *stream_urls, guint preferred);

/* `url` in the folder of `to` where it is below that of `from`; NULL: it is elsewhere. g_free. */
char *hls_address_move(const char *url, const char *from, const char *to);

/* Whether it is below one of stream_urls. */
gboolean hls_address_is_below(const char *url, const char *const *stream_urls);

/*
 * One URL for each of stream_urls where `url` is below the folder of one of them; else `url` alone.
 * url NULL: stream_urls themselves. query: what a player asked with, of which the delivery
 * directives are passed on; NULL: none. Free with g_strfreev.
 */
char **hls_address_list(const char *url, const char *const *stream_urls, const char *query);
