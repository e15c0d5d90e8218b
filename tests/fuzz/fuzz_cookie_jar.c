/* A cookie file: what is read is written so that it is read the same, and merges into itself. */
#include "fuzz.h"

#include "tokens/cookie_jar.h"
#include "ytops/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CookieJar) jar =
        cookie_jar_parse(size > 0 ? (const char *)data : "", (gssize)size, "acc.txt", &error);
    g_autoptr(CookieJar) nothing = cookie_jar_new();
    g_autoptr(CookieJar) again = NULL;
    g_autoptr(CookieJar) same = NULL;
    g_autoptr(CookieJar) added = NULL;
    g_autofree char *text = NULL;

    if (jar == NULL) {
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_COOKIE_FILE);
        return 0;
    }
    text = cookie_jar_to_string(jar);
    again = cookie_jar_parse(text, -1, "acc.txt", &error);
    g_assert_no_error(error);
    g_assert_true(cookie_jar_equal(jar, again));
    same = cookie_jar_merge(jar, jar, again);
    g_assert_true(cookie_jar_equal(jar, same));
    added = cookie_jar_merge(nothing, NULL, jar);
    g_assert_true(cookie_jar_equal(jar, added));
    return 0;
}
