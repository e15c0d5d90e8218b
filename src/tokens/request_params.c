#include "request_params.h"

#include "param_value.h"

#include "ytops/error.h"
#include "ytops/json.h"

#include <string.h>

#define MAX_DOCUMENT_BYTES 65536

typedef enum {
    PARAM_NO_CACHE,
    PARAM_STRING,
    PARAM_STRINGS,
    PARAM_COUNTRY,
    PARAM_INTEGER,
    PARAM_SWITCH,
    PARAM_HEADERS,
    PARAM_EXTRACTOR_ARGS
} ParamKind;

/* `option` is given for a value or for true, `off` for false; where NULL, nothing is. */
typedef struct {
    RequestParam about;
    ParamKind kind;
    const char *option;
    const char *off;
    gint64 min;
    gint64 max;
} ParamRow;

static const ParamRow rows[] = {
    {{"no_cache", "boolean", "none", "true: neither take the result from the cache nor keep it"},
     PARAM_NO_CACHE,
     NULL,
     NULL,
     0,
     0},
    {{"format", "string", "--format", "which formats to select (yt-dlp's format expression)"},
     PARAM_STRING,
     "--format",
     NULL,
     0,
     0},
    {{"format_sort", "string or array of strings", "--format-sort", "what makes a format better"},
     PARAM_STRINGS,
     "--format-sort",
     NULL,
     0,
     0},
    {{"prefer_free_formats", "boolean", "--prefer-free-formats", "free containers before others"},
     PARAM_SWITCH,
     "--prefer-free-formats",
     NULL,
     0,
     0},
    {{"live_from_start", "boolean", "--live-from-start, --no-live-from-start",
      "a live stream from its beginning"},
     PARAM_SWITCH,
     "--live-from-start",
     "--no-live-from-start",
     0,
     0},
    {{"ignore_no_formats", "boolean", "--ignore-no-formats-error",
      "true: give the metadata of a video that has no formats (not started yet, say)"},
     PARAM_SWITCH,
     "--ignore-no-formats-error",
     NULL,
     0,
     0},
    {{"subtitle_langs", "string or array of strings", "--write-subs --sub-langs",
      "which subtitles to select into the info.json's requested_subtitles"},
     PARAM_STRINGS,
     "--sub-langs",
     NULL,
     0,
     0},
    {{"auto_subtitles", "boolean", "--write-auto-subs", "true: automatic captions too"},
     PARAM_SWITCH,
     "--write-auto-subs",
     NULL,
     0,
     0},
    {{"comments", "boolean", "--write-comments", "true: comments into the info.json (slow)"},
     PARAM_SWITCH,
     "--write-comments",
     NULL,
     0,
     0},
    {{"playlist", "boolean", "--yes-playlist, --no-playlist",
      "true: the whole playlist, where the URL names a video in one"},
     PARAM_SWITCH,
     "--yes-playlist",
     "--no-playlist",
     0,
     0},
    {{"flat_playlist", "boolean", "--flat-playlist, --no-flat-playlist",
      "true: a playlist's entries are listed, not extracted"},
     PARAM_SWITCH,
     "--flat-playlist",
     "--no-flat-playlist",
     0,
     0},
    {{"playlist_items", "string", "--playlist-items", "which entries, such as \"1:3,7\""},
     PARAM_STRING,
     "--playlist-items",
     NULL,
     0,
     0},
    {{"age_limit", "integer 0 to 99", "--age-limit", "only what suits that age"},
     PARAM_INTEGER,
     "--age-limit",
     NULL,
     0,
     99},
    {{"user_agent", "string", "--user-agent", "the User-Agent header"},
     PARAM_STRING,
     "--user-agent",
     NULL,
     0,
     0},
    {{"referer", "string", "--referer", "the Referer header"},
     PARAM_STRING,
     "--referer",
     NULL,
     0,
     0},
    {{"headers", "object of strings", "--add-headers",
      "further HTTP headers; not Cookie, Host, Proxy-..., Content-Length, Transfer-Encoding or "
      "Connection"},
     PARAM_HEADERS,
     "--add-headers",
     NULL,
     0,
     0},
    {{"geo_bypass", "boolean", "--geo-bypass, --no-geo-bypass",
      "whether to fake X-Forwarded-For where a site is known to look at it"},
     PARAM_SWITCH,
     "--geo-bypass",
     "--no-geo-bypass",
     0,
     0},
    {{"geo_bypass_country", "two capital letters", "--geo-bypass-country",
      "fake it from this country"},
     PARAM_COUNTRY,
     "--geo-bypass-country",
     NULL,
     0,
     0},
    {{"socket_timeout_s", "integer 1 to 300", "--socket-timeout", "seconds to wait for data"},
     PARAM_INTEGER,
     "--socket-timeout",
     NULL,
     1,
     300},
    {{"retries", "integer 0 to 20", "--retries", "tries after a failed download of data"},
     PARAM_INTEGER,
     "--retries",
     NULL,
     0,
     20},
    {{"extractor_retries", "integer 0 to 20", "--extractor-retries",
      "tries after an error that the extractor knows to pass"},
     PARAM_INTEGER,
     "--extractor-retries",
     NULL,
     0,
     20},
    {{"sleep_requests_s", "integer 0 to 60", "--sleep-requests",
      "seconds between requests of the extraction"},
     PARAM_INTEGER,
     "--sleep-requests",
     NULL,
     0,
     60},
    {{"force_ipv4", "boolean", "--force-ipv4", "true: IPv4 only"},
     PARAM_SWITCH,
     "--force-ipv4",
     NULL,
     0,
     0},
    {{"force_ipv6", "boolean", "--force-ipv6", "true: IPv6 only"},
     PARAM_SWITCH,
     "--force-ipv6",
     NULL,
     0,
     0},
    {{"extractor_args", "object of objects", "--extractor-args",
      "arguments of extractors: {\"youtube\": {\"player_skip\": [\"configs\", \"js\"], \"lang\": "
      "\"de\"}}; none of PO token and JavaScript providers"},
     PARAM_EXTRACTOR_ARGS,
     "--extractor-args",
     NULL,
     0,
     0},
};

const RequestParam *request_params_describe(gsize index)
{
    return index < G_N_ELEMENTS(rows) ? &rows[index].about : NULL;
}

typedef struct {
    GPtrArray *args;
    gboolean no_cache;
    GError *error;
} ParamSink;

static void sink_add(ParamSink *sink, const char *option, const char *value)
{
    if (option != NULL)
        g_ptr_array_add(sink->args,
                        value != NULL ? g_strconcat(option, "=", value, NULL) : g_strdup(option));
}

static gboolean params_add_text(ParamSink *sink, const ParamRow *row, char *text)
{
    g_autofree char *owned = text;

    if (text == NULL)
        return FALSE;
    if (strcmp(row->option, "--sub-langs") == 0)
        sink_add(sink, "--write-subs", NULL);
    sink_add(sink, row->option, text);
    return TRUE;
}

static gboolean params_add_each(ParamSink *sink, const ParamRow *row, char **values)
{
    g_auto(GStrv) owned = values;

    for (gsize i = 0; values != NULL && values[i] != NULL; i++)
        sink_add(sink, row->option, values[i]);
    return values != NULL;
}

static gboolean params_add_boolean(ParamSink *sink, const ParamRow *row, const YtopsJson *value)
{
    gboolean chosen;

    if (!param_value_boolean(row->about.key, value, &chosen, &sink->error))
        return FALSE;
    if (row->kind == PARAM_NO_CACHE)
        sink->no_cache = chosen;
    else
        sink_add(sink, chosen ? row->option : row->off, NULL);
    return TRUE;
}

static gboolean params_add(ParamSink *sink, const ParamRow *row, const YtopsJson *value)
{
    const char *key = row->about.key;

    switch (row->kind) {
    case PARAM_NO_CACHE:
    case PARAM_SWITCH:
        return params_add_boolean(sink, row, value);
    case PARAM_STRING:
        return params_add_text(sink, row, param_value_string(key, value, &sink->error));
    case PARAM_STRINGS:
        return params_add_text(sink, row, param_value_strings(key, value, &sink->error));
    case PARAM_COUNTRY:
        return params_add_text(sink, row, param_value_country(key, value, &sink->error));
    case PARAM_INTEGER:
        return params_add_text(sink, row,
                               param_value_integer(key, value, row->min, row->max, &sink->error));
    case PARAM_HEADERS:
        return params_add_each(sink, row, param_value_headers(key, value, &sink->error));
    case PARAM_EXTRACTOR_ARGS:
        return params_add_each(sink, row, param_value_extractor_args(key, value, &sink->error));
    }
    return FALSE;
}

static char *params_list_keys(void)
{
    GString *list = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_string_append_printf(list, "%s%s", i > 0 ? ", " : "", rows[i].about.key);
    return g_string_free(list, FALSE);
}

static gboolean params_check_key(const char *key, YtopsJson *value, gpointer data)
{
    ParamSink *sink = data;
    g_autofree char *shown = NULL;
    g_autofree char *known = NULL;

    (void)value;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].about.key, key) == 0)
            return TRUE;
    shown = param_value_show(key);
    known = params_list_keys();
    g_set_error(&sink->error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "requestParamsJson has the unknown key %s; it may have: %s", shown, known);
    return FALSE;
}

static YtopsJson *params_read(const char *text, GError **error)
{
    g_autoptr(YtopsJson) document = NULL;
    g_autoptr(GError) fault = NULL;

    if (strlen(text) > MAX_DOCUMENT_BYTES) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "requestParamsJson has %zu bytes; at most %d are allowed", strlen(text),
                    MAX_DOCUMENT_BYTES);
        return NULL;
    }
    document = ytops_json_parse(text, -1, &fault);
    if (document == NULL)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "requestParamsJson is not valid JSON (%s); give a JSON object", fault->message);
    else if (ytops_json_get_type(document) != YTOPS_JSON_OBJECT)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "requestParamsJson is a JSON %s; give a JSON object",
                    ytops_json_type_to_string(ytops_json_get_type(document)));
    else
        return g_steal_pointer(&document);
    return NULL;
}

static void params_collect(ParamSink *sink, const YtopsJson *document)
{
    ytops_json_foreach(document, params_check_key, sink);
    for (gsize i = 0; sink->error == NULL && i < G_N_ELEMENTS(rows); i++)
        if (ytops_json_has(document, rows[i].about.key))
            params_add(sink, &rows[i], ytops_json_get(document, rows[i].about.key));
}

gboolean request_params_parse(const char *text, RequestParams *params, GError **error)
{
    ParamSink sink = {g_ptr_array_new_with_free_func(g_free), FALSE, NULL};

    *params = (RequestParams){NULL, FALSE};
    if (text != NULL && text[0] != '\0') {
        g_autoptr(YtopsJson) document = params_read(text, &sink.error);

        if (document != NULL)
            params_collect(&sink, document);
    }
    if (sink.error != NULL) {
        g_propagate_error(error, sink.error);
        g_ptr_array_unref(sink.args);
        return FALSE;
    }
    g_ptr_array_add(sink.args, NULL);
    params->ytdlp_args = (char **)g_ptr_array_free(sink.args, FALSE);
    params->no_cache = sink.no_cache;
    return TRUE;
}

void request_params_clear(RequestParams *params)
{
    g_clear_pointer(&params->ytdlp_args, g_strfreev);
    params->no_cache = FALSE;
}
