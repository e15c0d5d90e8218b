#include "signed_url.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define MAC_BYTES 32
#define EXTENSION_LIMIT 8

void signed_url_key_init(SignedUrlKey *key)
{
    gsize got = 0;

    while (got < sizeof key->bytes) {
        ssize_t n = getrandom(key->bytes + got, sizeof key->bytes - got, 0);

        if (n > 0)
            got += (gsize)n;
        else if (errno != EINTR)
            g_error("no random numbers from the kernel for signing addresses: %s",
                    g_strerror(errno));
    }
}

static char *base64url(const guint8 *data, gsize length)
{
    char *text = g_base64_encode(data, length);

    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    return text;
}

/* NULL for what base64url() would not have made, so that a URL has but one form. */
static guint8 *base64url_decode(const char *text, gsize length, gsize *decoded_length)
{
    g_autoptr(GString) padded = g_string_new_len(text, (gssize)length);
    g_autofree guint8 *data = NULL;
    g_autofree char *again = NULL;

    if (length == 0 || memchr(text, '=', length) != NULL)
        return NULL;
    g_strdelimit(padded->str, "-", '+');
    g_strdelimit(padded->str, "_", '/');
    while (padded->len % 4 != 0)
        g_string_append_c(padded, '=');
    data = g_base64_decode(padded->str, decoded_length);
    again = base64url(data, *decoded_length);
    if (strlen(again) != length || memcmp(again, text, length) != 0)
        return NULL;
    return g_steal_pointer(&data);
}

/* The NUL between the two keeps what belongs to one from passing as the other's. */
static void sign(const SignedUrlKey *key, const char *stream_id, const char *url, gsize url_length,
                 guint8 mac[MAC_BYTES])
{
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key->bytes, sizeof key->bytes);
    gsize length = MAC_BYTES;

    g_hmac_update(hmac, (const guchar *)stream_id, (gssize)strlen(stream_id) + 1);
    g_hmac_update(hmac, (const guchar *)url, (gssize)url_length);
    g_hmac_get_digest(hmac, mac, &length);
    g_hmac_unref(hmac);
}

static gboolean is_equal_in_constant_time(const guint8 *a, const guint8 *b)
{
    guint8 difference = 0;

    for (gsize i = 0; i < MAC_BYTES; i++)
        difference |= (guint8)(a[i] ^ b[i]);
    return difference == 0;
}

static gboolean is_extension(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]))
            return FALSE;
    }
    return length >= 1 && length <= EXTENSION_LIMIT;
}

/* Of the last segment of the URL's path, not of its host; NULL: it has none. */
static char *find_extension(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *path = authority == NULL ? url : authority + 3;
    g_autofree char *name = g_strndup(path, strcspn(path, "?#"));
    const char *slash = strrchr(name, '/');
    const char *dot = slash == NULL ? NULL : strrchr(slash, '.');

    if (dot == NULL || !is_extension(dot + 1, strlen(dot + 1)))
        return NULL;
    return g_strdup(dot + 1);
}

char *signed_url_make(const SignedUrlKey *key, const char *stream_id, const char *url,
                      const char *fallback_extension)
{
    gsize length = strlen(url);
    g_autofree char *extension = find_extension(url);
    g_autofree char *encoded = NULL;
    g_autofree char *signature = NULL;
    guint8 mac[MAC_BYTES];

    if (length == 0 || length > SIGNED_URL_LIMIT)
        return NULL;
    if (extension == NULL)
        extension = g_strdup(fallback_extension);
    sign(key, stream_id, url, length, mac);
    encoded = base64url((const guint8 *)url, length);
    signature = base64url(mac, sizeof mac);
    return g_strjoin(".", encoded, signature, extension, NULL);
}

static gboolean is_signature(const SignedUrlKey *key, const char *stream_id, const char *url,
                             gsize url_length, const char *text, gsize text_length)
{
    gsize length = 0;
    g_autofree guint8 *given = base64url_decode(text, text_length, &length);
    guint8 mac[MAC_BYTES];

    sign(key, stream_id, url, url_length, mac);
    return given != NULL && length == MAC_BYTES && is_equal_in_constant_time(given, mac);
}

char *signed_url_parse(const SignedUrlKey *key, const char *stream_id, const char *segment)
{
    gsize url_text = strcspn(segment, ".");
    const char *signature = segment + url_text + (segment[url_text] == '.');
    gsize signature_text = strcspn(signature, ".");
    const char *extension = signature + signature_text;
    gsize length = 0;
    g_autofree guint8 *url = NULL;

    if (url_text > SIGNED_URL_LIMIT * 4 / 3 + 3 || signature_text > 2 * MAC_BYTES)
        return NULL;
    if (*extension == '.' && !is_extension(extension + 1, strlen(extension + 1)))
        return NULL;
    url = base64url_decode(segment, url_text, &length);
    if (url == NULL || memchr(url, '\0', length) != NULL)
        return NULL;
    if (!is_signature(key, stream_id, (const char *)url, length, signature, signature_text))
        return NULL;
    return g_strndup((const char *)url, length);
}
