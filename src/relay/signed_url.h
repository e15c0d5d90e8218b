/*
 * Addresses that only this process can have made: one path segment that holds an upstream's URL
 * and a signature over it and the stream's id.
 *
 *   base64url(url) . base64url(HMAC-SHA256(key, stream id, url)) . extension
 *
 * The extension (ts, m3u8, key, ...) is the URL's own, for players that look at it; it is not
 * signed and means nothing here. The same URL always has the same segment. Pure but for the key.
 */
#pragma once

#include <glib.h>

#define SIGNED_URL_LIMIT 8192 /* bytes of a URL */

/* A key of random bytes. Plain data: wiping and freeing is for whoever holds it. */
typedef struct {
    guint8 bytes[32];
} SignedUrlKey;

/* From the kernel's random numbers. */
void signed_url_key_init(SignedUrlKey *key);

/*
 * The segment; NULL where the URL is empty or too long. fallback_extension stands where the URL
 * has none ("ts"); NULL: then there is none. Free with g_free.
 */
char *signed_url_make(const SignedUrlKey *key, const char *stream_id, const char *url,
                      const char *fallback_extension);

/*
 * The URL of a segment; NULL where it was not made with this key for this stream. Compares in
 * constant time. Free with g_free.
 */
char *signed_url_parse(const SignedUrlKey *key, const char *stream_id, const char *segment);
