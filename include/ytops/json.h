/*
 * JSON values. The only door to json-c.
 *
 * A YtopsJson is reference counted and not thread-safe. Getters borrow: what they return belongs to
 * the value they were asked of. A getter of the wrong type or of an absent key gives the default
 * that its comment names; it never fails.
 */
#pragma once

#include <glib.h>

typedef struct YtopsJson YtopsJson;

typedef enum {
    YTOPS_JSON_NULL,
    YTOPS_JSON_BOOLEAN,
    YTOPS_JSON_INTEGER,
    YTOPS_JSON_DOUBLE,
    YTOPS_JSON_STRING,
    YTOPS_JSON_ARRAY,
    YTOPS_JSON_OBJECT
} YtopsJsonType;

/*
 * Parses a whole document of `length` bytes (-1: up to the NUL). Text after it, invalid UTF-8 in
 * strings and nesting deeper than 64 are errors (INVALID_ARGUMENT, naming the byte offset).
 * A literal `null` gives a value of type YTOPS_JSON_NULL, never NULL.
 */
YtopsJson *ytops_json_parse(const char *text, gssize length, GError **error);

YtopsJson *ytops_json_object_new(void);
YtopsJson *ytops_json_array_new(void);
YtopsJson *ytops_json_ref(YtopsJson *json);
void ytops_json_unref(YtopsJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsJson, ytops_json_unref)

/* Compact, on one line. Free with g_free. */
char *ytops_json_to_string(const YtopsJson *json);

YtopsJsonType ytops_json_get_type(const YtopsJson *json);

/* "null", "boolean", "integer", "number", "string", "array", "object": for messages. Static. */
const char *ytops_json_type_to_string(YtopsJsonType type);

/* The value itself read as that type; the default where it is another one. */
const char *ytops_json_string(const YtopsJson *json); /* NULL */
gint64 ytops_json_int(const YtopsJson *json);         /* 0 */
gboolean ytops_json_bool(const YtopsJson *json);      /* FALSE */

/* Members of an object. */
gboolean ytops_json_has(const YtopsJson *object, const char *key);
YtopsJson *ytops_json_get(const YtopsJson *object, const char *key);         /* NULL */
const char *ytops_json_get_string(const YtopsJson *object, const char *key); /* NULL */
gint64 ytops_json_get_int(const YtopsJson *object, const char *key);         /* 0 */
gboolean ytops_json_get_bool(const YtopsJson *object, const char *key);      /* FALSE */
double ytops_json_get_number(const YtopsJson *object, const char *key);      /* of any number; 0 */
void ytops_json_set_string(YtopsJson *object, const char *key, const char *value); /* NULL: null */
void ytops_json_set_int(YtopsJson *object, const char *key, gint64 value);
void ytops_json_set_bool(YtopsJson *object, const char *key, gboolean value);
/* With three decimals; what is no finite number becomes null. */
void ytops_json_set_number(YtopsJson *object, const char *key, double value);
void ytops_json_set_take(YtopsJson *object, const char *key, YtopsJson *value);

/* Calls `visit` for each member, in the document's order, until it returns FALSE. */
typedef gboolean (*YtopsJsonVisit)(const char *key, YtopsJson *value, gpointer data);
void ytops_json_foreach(const YtopsJson *object, YtopsJsonVisit visit, gpointer data);

/* Elements of an array. */
guint ytops_json_length(const YtopsJson *array);               /* 0 */
YtopsJson *ytops_json_at(const YtopsJson *array, guint index); /* NULL */
void ytops_json_append_take(YtopsJson *array, YtopsJson *value);
void ytops_json_append_string(YtopsJson *array, const char *value);
