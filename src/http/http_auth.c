#include "http_auth.h"

#include <string.h>

gboolean http_auth_equal(const char *given, const char *expected)
{
    gsize given_length = strlen(given);
    gsize expected_length = strlen(expected);
    /* volatile: the compiler must not find out that the loop could end early. */
    volatile guint8 difference = given_length != expected_length;
    for (gsize i = 0; i < given_length; i++)
        difference |= (guint8)(given[i] ^ expected[expected_length > 0 ? i % expected_length : 0]);
    return difference == 0;
}

gboolean http_auth_allows(const HttpRequest *request, const char *token)
{
    static const char scheme[] = "Bearer ";
    const char *given = http_request_get_header(request, "X-API-Token");
    if (given != NULL && http_auth_equal(given, token))
        return TRUE;
    given = http_request_get_header(request, "Authorization");
    if (given == NULL || g_ascii_strncasecmp(given, scheme, strlen(scheme)) != 0)
        return FALSE;
    given += strlen(scheme);
    return http_auth_equal(given + strspn(given, " "), token);
}
