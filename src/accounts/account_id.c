#include "ytops/account_manager.h"

#include <string.h>

#include "ytops/error.h"
#include "ytops/log.h"

#define LONGEST_ID 256

static gboolean is_refused(gunichar character)
{
    return character == '/' || character == '\\' || g_unichar_iscntrl(character);
}

/* The first character that no account id may have; NULL: none. `text` is valid UTF-8. */
static const char *find_refused(const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        if (is_refused(g_utf8_get_char(at)))
            return at;
    }
    return NULL;
}

/* NULL where the text can name an account. */
static const char *find_fault(const char *id)
{
    if (id == NULL || *id == '\0')
        return "is empty: give the account's name";
    if (strlen(id) > LONGEST_ID)
        return "is longer than 256 bytes: give a shorter name";
    if (!g_utf8_validate(id, -1, NULL))
        return "is not valid UTF-8: encode the name as UTF-8";
    if (*id == '.')
        return "begins with a dot: give a name without it";
    if (find_refused(id) != NULL)
        return "has a slash, a backslash or a control character: give a name without them";
    return NULL;
}

gboolean ytops_account_id_check(const char *account_id, GError **error)
{
    const char *fault = find_fault(account_id);
    if (fault == NULL)
        return TRUE;
    g_autofree char *start = g_strndup(account_id != NULL ? account_id : "", LONGEST_ID);
    g_autofree char *shown = ytops_escape(start);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "account id \"%s\" %s", shown,
                fault);
    return FALSE;
}
