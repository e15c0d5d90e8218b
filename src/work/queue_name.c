#include "queue_name.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

#define LONGEST_NAME 128

static const char *const suffixes[] = {"_inbox",  "_progress",   "_result", "_fail",
                                       "_leases", "_deliveries", "_item",   NULL};

static gboolean is_allowed(char c)
{
    return g_ascii_isalnum(c) || strchr("_-.:", c) != NULL;
}

static gboolean ends_like_a_key(const char *queue)
{
    for (gsize i = 0; suffixes[i] != NULL; i++) {
        if (g_str_has_suffix(queue, suffixes[i]))
            return TRUE;
    }
    return FALSE;
}

/* NULL where the text can name a queue. */
static const char *find_fault(const char *queue)
{
    if (queue == NULL || *queue == '\0')
        return "is empty: give the queue's name";
    if (strlen(queue) > LONGEST_NAME)
        return "is longer than 128 characters: give a shorter name";
    for (const char *at = queue; *at != '\0'; at++) {
        if (!is_allowed(*at))
            return "has other characters than letters, digits and _ - . : in it";
    }
    if (queue[strspn(queue, ".")] == '\0')
        return "is of dots alone, which name other folders where its media have one: give another "
               "name";
    if (ends_like_a_key(queue))
        return "ends like one of a queue's own keys: give the name without _inbox, _progress, "
               "_result, _fail, _leases, _deliveries or _item";
    return NULL;
}

gboolean queue_name_check(const char *queue, GError **error)
{
    const char *fault = find_fault(queue);
    if (fault == NULL)
        return TRUE;
    g_autofree char *start = g_strndup(queue != NULL ? queue : "", LONGEST_NAME);
    g_autofree char *shown = ytops_escape(start);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "queue \"%s\" %s", shown, fault);
    return FALSE;
}
