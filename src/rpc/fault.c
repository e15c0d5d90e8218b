#include "fault.h"

char *fault_take_text(char *text)
{
    if (text == NULL)
        return g_strdup("");
    if (g_utf8_validate(text, -1, NULL))
        return text;
    char *valid = g_utf8_make_valid(text, -1);
    g_free(text);
    return valid;
}

/* Copies the context; whether there was any. */
static gboolean copy_context(const GError *error, GHashTable *context)
{
    GHashTable *source = ytops_error_peek_context(error);
    GHashTableIter iterator;
    gpointer key, value;
    if (source == NULL || g_hash_table_size(source) == 0)
        return FALSE;
    g_hash_table_iter_init(&iterator, source);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        g_hash_table_insert(context, fault_take_text(g_strdup(key)),
                            fault_take_text(g_strdup(value)));
    return TRUE;
}

void fault_from_error(const GError *error, YtopsServiceException **fault,
                      YtopsUserException **refusal)
{
    YtopsErrorCode code = ytops_error_get_code(error);
    char *message = fault_take_text(g_strdup(error->message));
    char *name = g_strdup(ytops_error_code_to_string(code));
    if (refusal != NULL && ytops_error_code_is_refusal(code)) {
        *refusal = g_object_new(YTOPS_TYPE_USER_EXCEPTION, NULL);
        (*refusal)->message = message;
        (*refusal)->errorCode = name;
        (*refusal)->__isset_context = copy_context(error, (*refusal)->context);
    } else {
        *fault = g_object_new(YTOPS_TYPE_SERVICE_EXCEPTION, NULL);
        (*fault)->message = message;
        (*fault)->errorCode = name;
        (*fault)->__isset_context = copy_context(error, (*fault)->context);
    }
}
