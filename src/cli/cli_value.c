#include "cli_value.h"

#include "cli_entry.h"
#include "duration.h"
#include "ytops/error.h"
#include "ytops/json.h"

static const char *const COLORS[] = {"auto", "always", "never", NULL};
static const char *const KINDS[] = {"auto", "live", "vod", "hls", NULL};

static const char *const PARTS[] = {"inbox", "result", "fail", NULL};

static gboolean set_error(GError **error, const char *value, const char *allowed)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "'%s' is not %s", value, allowed);
    return FALSE;
}

/* Splits "[v6]:port", "v6" and "host:port"; *port_text is NULL where there is none. */
static char *split_server(const char *text, const char **port_text)
{
    const char *bracket = *text == '[' ? strchr(text, ']') : NULL;
    const char *colon = strrchr(text, ':');

    *port_text = NULL;
    if (bracket != NULL) {
        if (bracket[1] == ':')
            *port_text = bracket + 2;
        else if (bracket[1] != '\0')
            return NULL;
        return g_strndup(text + 1, (gsize)(bracket - text - 1));
    }
    if (colon == NULL || strchr(text, ':') != colon)
        return g_strdup(text);
    *port_text = colon + 1;
    return g_strndup(text, (gsize)(colon - text));
}

gboolean cli_server_parse(const char *text, char **host, guint16 *port, GError **error)
{
    const char *port_text = NULL;
    g_autofree char *name = split_server(text, &port_text);
    guint64 number = CLI_DEFAULT_PORT;

    if (name == NULL || *name == '\0' || strpbrk(name, "/@[] \t") != NULL)
        return set_error(error, text, "a server: write host:port, such as 127.0.0.1:9090");
    if (port_text != NULL && !g_ascii_string_to_unsigned(port_text, 10, 1, 65535, &number, NULL))
        return set_error(error, text, "a server: its port must be a number from 1 to 65535");

    g_free(*host);
    *host = g_steal_pointer(&name);
    *port = (guint16)number;
    return TRUE;
}

/* The number of the name among those; -1 with an error where it is none of them. */
static int choice_parse(const char *text, const char *const *names, GError **error)
{
    g_autofree char *all = NULL;
    g_autofree char *allowed = NULL;

    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0)
            return i;
    }
    all = g_strjoinv(", ", (char **)names);
    allowed = g_strconcat("one of ", all, NULL);
    set_error(error, text, allowed);
    return -1;
}

static gboolean color_parse(const char *text, CliColor *color, GError **error)
{
    int choice = choice_parse(text, COLORS, error);

    if (choice >= 0)
        *color = (CliColor)choice;
    return choice >= 0;
}

static gboolean kind_parse(const char *text, YtopsStreamKind *kind, GError **error)
{
    static const YtopsStreamKind VALUES[] = {YTOPS_STREAM_KIND_AUTO, YTOPS_STREAM_KIND_LIVE,
                                             YTOPS_STREAM_KIND_VOD, YTOPS_STREAM_KIND_HLS};
    int choice = choice_parse(text, KINDS, error);

    if (choice >= 0)
        *kind = VALUES[choice];
    return choice >= 0;
}

static gboolean part_parse(const char *text, YtopsQueuePart *part, GError **error)
{
    static const YtopsQueuePart VALUES[] = {YTOPS_QUEUE_PART_INBOX, YTOPS_QUEUE_PART_RESULT,
                                            YTOPS_QUEUE_PART_FAIL};
    int choice = choice_parse(text, PARTS, error);

    if (choice >= 0)
        *part = VALUES[choice];
    return choice >= 0;
}

/* The contract carries a job's deadline in 32 bits, and milliseconds must not overflow. */
static gboolean timeout_parse(const char *text, gint64 *seconds, GError **error)
{
    if (!cli_duration_parse(text, seconds, error))
        return FALSE;
    if (*seconds > 7 * 24 * 3600)
        return set_error(error, text, "a time to wait: at most 7d are allowed");
    return TRUE;
}

static gboolean ban_duration_parse(const char *text, gint64 *seconds, GError **error)
{
    if (strcmp(text, "until-unbanned") == 0) {
        *seconds = CLI_UNTIL_UNBANNED;
        return TRUE;
    }
    if (!cli_duration_parse(text, seconds, error)) {
        g_prefix_error(error, "neither until-unbanned nor a time: ");
        return FALSE;
    }
    return TRUE;
}

static gboolean count_parse(const char *text, gint64 *count, GError **error)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT32, &number, NULL))
        return set_error(error, text, "a count: a number from 1 to 2147483647");
    *count = (gint64)number;
    return TRUE;
}

static gboolean text_set(char **field, const char *value, GError **error)
{
    if (*value == '\0')
        return set_error(error, value, "a value: it must not be empty");
    g_free(*field);
    *field = g_strdup(value);
    return TRUE;
}

static gboolean text_add(GPtrArray **texts, const char *value, GError **error)
{
    g_autofree char *text = NULL;

    if (!text_set(&text, value, error))
        return FALSE;
    if (*texts == NULL)
        *texts = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(*texts, g_steal_pointer(&text));
    return TRUE;
}

static gboolean json_set(char **field, const char *value, GError **error)
{
    g_autoptr(YtopsJson) json = ytops_json_parse(value, -1, error);

    if (json == NULL)
        return FALSE;
    if (ytops_json_get_type(json) != YTOPS_JSON_OBJECT)
        return set_error(error, value, "a JSON object: write {\"key\": value}");
    return text_set(field, value, error);
}

static gboolean value_set(CliOptions *options, const CliOption *option, const char *value,
                          GError **error)
{
    gpointer field = G_STRUCT_MEMBER_P(options, option->offset);

    switch (option->kind) {
    case CLI_VALUE_NONE:
        *(gboolean *)field = TRUE;
        return TRUE;
    case CLI_VALUE_TEXT:
        return text_set(field, value, error);
    case CLI_VALUE_SERVER:
        return cli_server_parse(value, &options->host, &options->port, error);
    case CLI_VALUE_COLOR:
        return color_parse(value, &options->color, error);
    case CLI_VALUE_TIMEOUT:
        return timeout_parse(value, field, error);
    case CLI_VALUE_DURATION:
        return ban_duration_parse(value, field, error);
    case CLI_VALUE_COUNT:
        return count_parse(value, field, error);
    case CLI_VALUE_JSON:
        return json_set(field, value, error);
    case CLI_VALUE_KIND:
        return kind_parse(value, &options->stream_kind, error);
    case CLI_VALUE_PART:
        return part_parse(value, &options->queue_part, error);
    case CLI_VALUE_TEXTS:
        return text_add(field, value, error);
    case CLI_VALUE_HEADERS:
        return cli_entry_add_header(field, value, error);
    case CLI_VALUE_METADATA:
        return cli_entry_add_metadata(field, value, error);
    }
    g_return_val_if_reached(FALSE);
}

gboolean cli_value_set(CliOptions *options, const CliOption *option, const char *value,
                       GError **error)
{
    if (value != NULL && !g_utf8_validate(value, -1, NULL)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "--%s: its value is not valid UTF-8", option->name);
        return FALSE;
    }
    if (value_set(options, option, value, error))
        return TRUE;
    g_prefix_error(error, "--%s: ", option->name);
    return FALSE;
}

const char *const *cli_value_choices(CliValueKind kind)
{
    switch (kind) {
    case CLI_VALUE_COLOR:
        return COLORS;
    case CLI_VALUE_KIND:
        return KINDS;
    case CLI_VALUE_PART:
        return PARTS;
    default:
        return NULL;
    }
}

void cli_value_clear(CliOptions *options, const CliOption *option)
{
    gpointer field = G_STRUCT_MEMBER_P(options, option->offset);

    switch (option->kind) {
    case CLI_VALUE_TEXT:
    case CLI_VALUE_JSON:
        g_clear_pointer((char **)field, g_free);
        break;
    case CLI_VALUE_TEXTS:
        g_clear_pointer((GPtrArray **)field, g_ptr_array_unref);
        break;
    case CLI_VALUE_HEADERS:
    case CLI_VALUE_METADATA:
        g_clear_pointer((GHashTable **)field, g_hash_table_unref);
        break;
    default:
        break;
    }
}
