#include "redis_error.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

static gboolean reply_is_any(const char *text, const char *const *kinds)
{
    for (; *kinds != NULL; kinds++)
        if (redis_error_reply_is(text, *kinds))
            return TRUE;
    return FALSE;
}

void redis_error_set_unavailable(GError **error, const char *display_url, const char *reason)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE,
                "Redis at %s is unavailable: %s; service resumes by itself when it is back, check "
                "that it runs and that --redis-url is right",
                display_url, reason);
}

gboolean redis_error_reply_is(const char *text, const char *kind)
{
    gsize length = strlen(kind);

    return strncmp(text, kind, length) == 0 && (text[length] == ' ' || text[length] == '\0');
}

gboolean redis_error_reply_is_refused_password(const char *text)
{
    const char *const kinds[] = {"NOAUTH", "WRONGPASS", NULL};

    return reply_is_any(text, kinds);
}

/* Up to version 6.2 an error within a script comes as "ERR Error running script ...: -OOM ...". */
static gboolean reply_tells_any(const char *text, const char *const *kinds)
{
    if (reply_is_any(text, kinds))
        return TRUE;
    for (; redis_error_reply_is(text, "ERR") && *kinds != NULL; kinds++) {
        g_autofree char *inner = g_strdup_printf(": -%s ", *kinds);

        if (strstr(text, inner) != NULL)
            return TRUE;
    }
    return FALSE;
}

void redis_error_set_from_reply(GError **error, const char *display_url, const char *what,
                                const char *text)
{
    const char *const passing[] = {"LOADING", "MASTERDOWN", "READONLY", "BUSY", NULL};
    const char *const full[] = {"OOM", "MISCONF", "NOREPLICAS", NULL};
    g_autofree char *clean = ytops_redact(text);
    g_autofree char *reason = NULL;

    if (redis_error_reply_is_refused_password(text)) {
        reason = g_strdup_printf("it refused authentication (%s), check the user and password in "
                                 "--redis-url",
                                 clean);
        redis_error_set_unavailable(error, display_url, reason);
    } else if (reply_tells_any(text, passing)) {
        reason = g_strdup_printf("it answered %s with '%s'", what, clean);
        redis_error_set_unavailable(error, display_url, reason);
    } else if (reply_tells_any(text, full)) {
        reason = g_strdup_printf("it takes no writes now, and answered %s with '%s'; look at its "
                                 "memory, its disk and its replicas",
                                 what, clean);
        redis_error_set_unavailable(error, display_url, reason);
    } else {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "Redis at %s refused %s: %s; check that its version is 6.2 or later and that "
                    "no other program writes to the same keys",
                    display_url, what, clean);
    }
}
