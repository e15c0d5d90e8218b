/* Signed addresses: none that was not made here is taken, and every one that was comes back. */
#include "fuzz.h"

#include "relay/signed_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const SignedUrlKey key = {{7}};
    g_autofree char *text = g_strndup(size > 0 ? (const char *)data : "", size);
    g_autofree char *parsed = signed_url_parse(&key, "stream", text);
    g_autofree char *segment = signed_url_make(&key, "stream", text, "ts");
    g_autofree char *url = NULL;

    if (parsed != NULL) {
        g_autofree char *made = signed_url_make(&key, "stream", parsed, NULL);
        g_auto(GStrv) ours = g_strsplit(made, ".", 3);
        g_auto(GStrv) given = g_strsplit(text, ".", 3);

        g_assert_cmpstr(ours[0], ==, given[0]);
        g_assert_cmpstr(ours[1], ==, given[1]);
    }
    if (segment == NULL)
        return 0;
    url = signed_url_parse(&key, "stream", segment);
    g_assert_cmpstr(url, ==, text);
    g_assert_null(signed_url_parse(&key, "strea", segment));
    return 0;
}
