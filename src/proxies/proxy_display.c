#include "proxy_display.h"

#include <string.h>

char *proxy_display(const char *text)
{
    if (text == NULL)
        return g_strdup("");
    const char *separator = strstr(text, "://");
    const char *at = strrchr(text, '@');
    if (at == NULL)
        return g_strdup(text);
    const char *userinfo = separator != NULL && separator < at ? separator + 3 : text;
    const char *colon = memchr(userinfo, ':', (gsize)(at - userinfo));
    if (colon == NULL)
        return g_strdup(text);
    return g_strdup_printf("%.*s:***%s", (int)(colon - text), text, at);
}
