#include "param_value.h"

#include "ytops/error.h"
#include "ytops/log.h"

#include <string.h>

#define MAX_STRING_BYTES 2048
#define MAX_MEMBERS 64
#define SHOWN_BYTES 200

char *param_value_show(const char *text)
{
    g_autofree char *redacted = ytops_redact(text);
    g_autofree char *cut = g_utf8_make_valid(redacted, (gssize)strnlen(redacted, SHOWN_BYTES));
    g_autofree char *escaped = ytops_escape(cut);

    return g_strdup_printf("\"%s\"", escaped);
}

static gboolean value_refuse(const char *key, const YtopsJson *value, const char *allowed,
                             GError **error)
{
    g_autofree char *json = ytops_json_to_string(value);
    g_autofree char *shown = param_value_show(json);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "requestParamsJson key \"%s\" is %s; give %s", key, shown, allowed);
    return FALSE;
}

gboolean param_value_boolean(const char *key, const YtopsJson *value, gboolean *chosen,
                             GError **error)
{
    if (ytops_json_get_type(value) != YTOPS_JSON_BOOLEAN)
        return value_refuse(key, value, "true or false", error);
    *chosen = ytops_json_bool(value);
    return TRUE;
}

static gboolean text_is_plain(const char *text)
{
    if (text == NULL || text[0] == '\0' || strlen(text) > MAX_STRING_BYTES)
        return FALSE;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

char *param_value_string(const char *key, const YtopsJson *value, GError **error)
{
    const char *text = ytops_json_string(value);

    if (text_is_plain(text))
        return g_strdup(text);
    value_refuse(key, value, "a string of 1 to 2048 bytes without control characters", error);
    return NULL;
}

char *param_value_strings(const char *key, const YtopsJson *value, GError **error)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    guint length = ytops_json_length(value);

    if (ytops_json_get_type(value) != YTOPS_JSON_ARRAY)
        return param_value_string(key, value, error);
    for (guint i = 0; i < length && i < MAX_MEMBERS; i++) {
        g_autofree char *text = param_value_string(key, ytops_json_at(value, i), error);

        if (text == NULL)
            return NULL;
        g_string_append_printf(joined, "%s%s", i > 0 ? "," : "", text);
    }
    if (length >= 1 && length <= MAX_MEMBERS)
        return g_strdup(joined->str);
    value_refuse(key, value, "a string, or an array of 1 to 64 strings", error);
    return NULL;
}

char *param_value_country(const char *key, const YtopsJson *value, GError **error)
{
    const char *text = ytops_json_string(value);

    if (text != NULL && strlen(text) == 2 && g_ascii_isupper(text[0]) && g_ascii_isupper(text[1]))
        return g_strdup(text);
    value_refuse(key, value, "two capital letters, such as \"DE\"", error);
    return NULL;
}

char *param_value_integer(const char *key, const YtopsJson *value, gint64 min, gint64 max,
                          GError **error)
{
    gint64 number = ytops_json_int(value);
    g_autofree char *allowed = NULL;

    if (ytops_json_get_type(value) == YTOPS_JSON_INTEGER && number >= min && number <= max)
        return g_strdup_printf("%" G_GINT64_FORMAT, number);
    allowed =
        g_strdup_printf("an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
    value_refuse(key, value, allowed, error);
    return NULL;
}

/* The members of an object, made into texts by `make`, until one of them is refused. */
typedef struct {
    const char *key;
    char *(*make)(const char *key, const char *name, const YtopsJson *value, GError **error);
    GPtrArray *texts;
    GError *error;
} MemberWalk;

static gboolean member_visit(const char *name, YtopsJson *value, gpointer data)
{
    MemberWalk *walk = data;
    char *text = NULL;

    if (walk->texts->len < MAX_MEMBERS)
        text = walk->make(walk->key, name, value, &walk->error);
    else
        g_set_error(&walk->error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "requestParamsJson key \"%s\" has more than %d members; give fewer", walk->key,
                    MAX_MEMBERS);
    if (text != NULL)
        g_ptr_array_add(walk->texts, text);
    return text != NULL;
}

static gint text_compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, so that equal requests give equal arguments. */
static char **members_make(MemberWalk *walk, const YtopsJson *value, const char *allowed,
                           GError **error)
{
    walk->texts = g_ptr_array_new_with_free_func(g_free);
    if (ytops_json_get_type(value) != YTOPS_JSON_OBJECT)
        value_refuse(walk->key, value, allowed, &walk->error);
    else
        ytops_json_foreach(value, member_visit, walk);
    if (walk->error != NULL) {
        g_propagate_error(error, walk->error);
        g_ptr_array_unref(walk->texts);
        return NULL;
    }
    g_ptr_array_sort(walk->texts, text_compare);
    g_ptr_array_add(walk->texts, NULL);
    return (char **)g_ptr_array_free(walk->texts, FALSE);
}

static gboolean name_is_refused(const char *key, const char *name, const char *allowed,
                                GError **error)
{
    g_autofree char *shown = param_value_show(name);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "requestParamsJson key \"%s\" has the name %s; give %s", key, shown, allowed);
    return TRUE;
}

static gboolean header_is_allowed(const char *name)
{
    static const char *const ours[] = {
        "cookie", "host", "content-length", "transfer-encoding", "connection", "upgrade", "te"};

    if (name[0] == '\0' || strlen(name) > 128 ||
        name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")])
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(ours); i++)
        if (g_ascii_strcasecmp(name, ours[i]) == 0)
            return FALSE;
    return g_ascii_strncasecmp(name, "proxy-", 6) != 0 &&
           g_ascii_strncasecmp(name, "ytdl-", 5) != 0;
}

static char *header_make(const char *key, const char *name, const YtopsJson *value, GError **error)
{
    g_autofree char *text = NULL;

    if (!header_is_allowed(name)) {
        name_is_refused(key, name,
                        "names of letters, digits, - and _ and none of Cookie, Host, Connection, "
                        "Content-Length, Transfer-Encoding, Upgrade, TE, Proxy-..., Ytdl-...",
                        error);
        return NULL;
    }
    text = param_value_string(key, value, error);
    return text != NULL ? g_strconcat(name, ":", text, NULL) : NULL;
}

char **param_value_headers(const char *key, const YtopsJson *value, GError **error)
{
    MemberWalk walk = {key, header_make, NULL, NULL};

    return members_make(&walk, value, "an object of header names and string values", error);
}

/* Names that plugins have for programs and servers of their own begin with getpot_. */
static char *argument_make(const char *key, const char *name, const YtopsJson *value,
                           GError **error)
{
    g_autofree char *text = NULL;

    if (name[0] == '\0' || strlen(name) > 64 ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] ||
        g_str_has_prefix(name, "getpot")) {
        name_is_refused(key, name, "argument names of a-z, 0-9 and _ that do not begin with getpot",
                        error);
        return NULL;
    }
    text = param_value_strings(key, value, error);
    if (text == NULL)
        return NULL;
    if (strchr(text, ';') == NULL)
        return g_strconcat(name, "=", text, NULL);
    value_refuse(key, value, "values without a semicolon, which yt-dlp divides arguments by",
                 error);
    return NULL;
}

/* With a dash in it, the name would be that of a provider, some of which run programs. */
static gboolean extractor_is_allowed(const char *name)
{
    return name[0] != '\0' && strlen(name) <= 64 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0' &&
           !g_str_has_prefix(name, "youtubepot") && !g_str_has_prefix(name, "youtubejsc");
}

static char *extractor_make(const char *key, const char *name, const YtopsJson *value,
                            GError **error)
{
    MemberWalk walk = {key, argument_make, NULL, NULL};
    g_auto(GStrv) arguments = NULL;
    g_autofree char *joined = NULL;

    if (!extractor_is_allowed(name)) {
        name_is_refused(key, name,
                        "extractor names of a-z, 0-9 and _ that do not begin with youtubepot or "
                        "youtubejsc",
                        error);
        return NULL;
    }
    arguments = members_make(&walk, value,
                             "for each extractor an object of arguments, such as {\"youtube\": "
                             "{\"player_skip\": [\"js\"]}}",
                             error);
    if (arguments == NULL)
        return NULL;
    joined = g_strjoinv(";", arguments);
    return g_strconcat(name, ":", joined, NULL);
}

char **param_value_extractor_args(const char *key, const YtopsJson *value, GError **error)
{
    MemberWalk walk = {key, extractor_make, NULL, NULL};

    return members_make(&walk, value, "an object of extractor names and objects", error);
}
