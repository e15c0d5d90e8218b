#include "ytops/json.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "ytops/error.h"

#define NESTING_LIMIT 64

/*
 * json-c stands for null by a NULL pointer; ours is never NULL, so that absent and null differ.
 * Any other value is the json_object itself. The null value is one constant without a count.
 */
struct YtopsJson {
    char unused;
};

static const YtopsJson json_null = {0};

static YtopsJson *wrap(json_object *object)
{
    return object != NULL ? (YtopsJson *)object : (YtopsJson *)&json_null;
}

static json_object *unwrap(const YtopsJson *json)
{
    return json == NULL || json == &json_null ? NULL : (json_object *)json;
}

static YtopsJson *parse_error(GError **error, json_tokener *tokener, const char *what)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "not JSON: %s at byte %zu", what,
                json_tokener_get_parse_end(tokener));
    return NULL;
}

static gboolean only_space(const char *text, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
            return FALSE;
    }
    return TRUE;
}

static YtopsJson *parse_with(json_tokener *tokener, const char *text, gsize length, GError **error)
{
    g_autoptr(YtopsJson) json = NULL;
    json_object *object;
    enum json_tokener_error outcome;

    json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
    object = json_tokener_parse_ex(tokener, text, (int)length);
    outcome = json_tokener_get_error(tokener);
    if (outcome == json_tokener_continue) {
        /* A number at the very end of the text is complete only once something follows it. */
        object = json_tokener_parse_ex(tokener, "\n", 1);
        outcome = json_tokener_get_error(tokener);
        if (outcome != json_tokener_success)
            return parse_error(error, tokener, "the text ends too early");
        return wrap(object);
    }
    if (outcome != json_tokener_success)
        return parse_error(error, tokener, json_tokener_error_desc(outcome));
    json = wrap(object);
    if (!only_space(text + json_tokener_get_parse_end(tokener),
                    length - json_tokener_get_parse_end(tokener)))
        return parse_error(error, tokener, "more text after the value");
    return g_steal_pointer(&json);
}

YtopsJson *ytops_json_parse(const char *text, gssize length, GError **error)
{
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    json_tokener *tokener;
    YtopsJson *json;

    if (size > G_MAXINT - 1) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "a JSON text of %zu bytes is too long", size);
        return NULL;
    }
    tokener = json_tokener_new_ex(NESTING_LIMIT);
    json = parse_with(tokener, text, size, error);
    json_tokener_free(tokener);
    return json;
}

YtopsJson *ytops_json_object_new(void)
{
    return wrap(json_object_new_object());
}

YtopsJson *ytops_json_array_new(void)
{
    return wrap(json_object_new_array());
}

YtopsJson *ytops_json_ref(YtopsJson *json)
{
    return wrap(json_object_get(unwrap(json)));
}

void ytops_json_unref(YtopsJson *json)
{
    json_object_put(unwrap(json));
}

char *ytops_json_to_string(const YtopsJson *json)
{
    return g_strdup(json_object_to_json_string_ext(
        unwrap(json), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

YtopsJsonType ytops_json_get_type(const YtopsJson *json)
{
    switch (json_object_get_type(unwrap(json))) {
    case json_type_boolean:
        return YTOPS_JSON_BOOLEAN;
    case json_type_int:
        return YTOPS_JSON_INTEGER;
    case json_type_double:
        return YTOPS_JSON_DOUBLE;
    case json_type_string:
        return YTOPS_JSON_STRING;
    case json_type_array:
        return YTOPS_JSON_ARRAY;
    case json_type_object:
        return YTOPS_JSON_OBJECT;
    case json_type_null:
        break;
    }
    return YTOPS_JSON_NULL;
}

const char *ytops_json_type_to_string(YtopsJsonType type)
{
    static const char *const names[] = {
        [YTOPS_JSON_NULL] = "null",       [YTOPS_JSON_BOOLEAN] = "boolean",
        [YTOPS_JSON_INTEGER] = "integer", [YTOPS_JSON_DOUBLE] = "number",
        [YTOPS_JSON_STRING] = "string",   [YTOPS_JSON_ARRAY] = "array",
        [YTOPS_JSON_OBJECT] = "object",
    };

    return names[type];
}

const char *ytops_json_string(const YtopsJson *json)
{
    json_object *object = unwrap(json);

    return json_object_is_type(object, json_type_string) ? json_object_get_string(object) : NULL;
}

gint64 ytops_json_int(const YtopsJson *json)
{
    json_object *object = unwrap(json);

    return json_object_is_type(object, json_type_int) ? json_object_get_int64(object) : 0;
}

gboolean ytops_json_bool(const YtopsJson *json)
{
    json_object *object = unwrap(json);

    return json_object_is_type(object, json_type_boolean) && json_object_get_boolean(object);
}

static gboolean is_object(const YtopsJson *json)
{
    return json_object_is_type(unwrap(json), json_type_object);
}

gboolean ytops_json_has(const YtopsJson *object, const char *key)
{
    return is_object(object) && json_object_object_get_ex(unwrap(object), key, NULL);
}

YtopsJson *ytops_json_get(const YtopsJson *object, const char *key)
{
    json_object *value = NULL;

    if (!is_object(object) || !json_object_object_get_ex(unwrap(object), key, &value))
        return NULL;
    return wrap(value);
}

const char *ytops_json_get_string(const YtopsJson *object, const char *key)
{
    return ytops_json_string(ytops_json_get(object, key));
}

gint64 ytops_json_get_int(const YtopsJson *object, const char *key)
{
    return ytops_json_int(ytops_json_get(object, key));
}

gboolean ytops_json_get_bool(const YtopsJson *object, const char *key)
{
    return ytops_json_bool(ytops_json_get(object, key));
}

double ytops_json_get_number(const YtopsJson *object, const char *key)
{
    json_object *value = unwrap(ytops_json_get(object, key));
    gboolean is_number =
        json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double);

    return is_number ? json_object_get_double(value) : 0;
}

void ytops_json_set_take(YtopsJson *object, const char *key, YtopsJson *value)
{
    json_object_object_add(unwrap(object), key, unwrap(value));
}

/* Bytes of a stranger's that are no UTF-8 must not make a whole document unreadable. */
static json_object *new_string(const char *text)
{
    g_autofree char *valid = NULL;

    if (text == NULL)
        return NULL;
    if (g_utf8_validate(text, -1, NULL))
        return json_object_new_string(text);
    valid = g_utf8_make_valid(text, -1);
    return json_object_new_string(valid);
}

void ytops_json_set_string(YtopsJson *object, const char *key, const char *value)
{
    json_object_object_add(unwrap(object), key, new_string(value));
}

void ytops_json_set_int(YtopsJson *object, const char *key, gint64 value)
{
    json_object_object_add(unwrap(object), key, json_object_new_int64(value));
}

void ytops_json_set_bool(YtopsJson *object, const char *key, gboolean value)
{
    json_object_object_add(unwrap(object), key, json_object_new_boolean(value));
}

/* By itself json-c would print all the digits of a double: 33.299999999999997. */
void ytops_json_set_number(YtopsJson *object, const char *key, double value)
{
    char text[512];

    if (!isfinite(value)) {
        json_object_object_add(unwrap(object), key, NULL);
        return;
    }
    g_ascii_formatd(text, sizeof text, "%.3f", value);
    json_object_object_add(unwrap(object), key, json_object_new_double_s(value, text));
}

void ytops_json_foreach(const YtopsJson *object, YtopsJsonVisit visit, gpointer data)
{
    if (!is_object(object))
        return;
    json_object_object_foreach(unwrap(object), key, value)
    {
        if (!visit(key, wrap(value), data))
            return;
    }
}

static gboolean is_array(const YtopsJson *json)
{
    return json_object_is_type(unwrap(json), json_type_array);
}

guint ytops_json_length(const YtopsJson *array)
{
    return is_array(array) ? (guint)json_object_array_length(unwrap(array)) : 0;
}

YtopsJson *ytops_json_at(const YtopsJson *array, guint index)
{
    if (index >= ytops_json_length(array))
        return NULL;
    return wrap(json_object_array_get_idx(unwrap(array), index));
}

void ytops_json_append_take(YtopsJson *array, YtopsJson *value)
{
    json_object_array_add(unwrap(array), unwrap(value));
}

void ytops_json_append_string(YtopsJson *array, const char *value)
{
    json_object_array_add(unwrap(array), new_string(value));
}
