#include "hls_playlist.h"

#include <string.h>

#include "hls_variables.h"
#include "ytops/error.h"
#include "ytops/log.h"

#define URI_FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_PARSE_RELAXED)
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define FIRST_LINE "#EXTM3U"

typedef struct {
    const char *start;
    gsize length;
} Slice;

typedef struct {
    GString *out;
    GUri *base;
    HlsVariables *variables;
    HlsPlaylistAddress address;
    gpointer data;
    gboolean after_stream_inf; /* the next URI line is a variant's */
} Rewrite;

static gboolean slice_equals(Slice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.start, text, slice.length) == 0;
}

static gboolean slice_begins(Slice slice, const char *text)
{
    return slice.length >= strlen(text) && memcmp(slice.start, text, strlen(text)) == 0;
}

static Slice slice_skip(Slice slice, gsize n)
{
    return (Slice){slice.start + n, slice.length - n};
}

static Slice slice_strip(Slice slice)
{
    while (slice.length > 0 && g_ascii_isspace(slice.start[0]))
        slice = slice_skip(slice, 1);
    while (slice.length > 0 && g_ascii_isspace(slice.start[slice.length - 1]))
        slice.length--;
    return slice;
}

gboolean hls_playlist_is_playlist(const char *text, gsize length)
{
    Slice slice = {text, length};

    if (slice_begins(slice, BYTE_ORDER_MARK))
        slice = slice_skip(slice, strlen(BYTE_ORDER_MARK));
    return slice_begins(slice, FIRST_LINE) &&
           (slice.length == strlen(FIRST_LINE) || g_ascii_isspace(slice.start[strlen(FIRST_LINE)]));
}

gboolean hls_playlist_is_content_type(const char *content_type)
{
    static const char *const types[] = {"application/vnd.apple.mpegurl", "application/x-mpegurl",
                                        "application/mpegurl", "audio/mpegurl", "audio/x-mpegurl"};
    g_autofree char *type = NULL;

    if (content_type == NULL)
        return FALSE;
    type = g_strstrip(g_strndup(content_type, strcspn(content_type, ";")));
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_ascii_strcasecmp(type, types[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

/* GLib parses also addresses whose path does not begin where the host ends, but cannot write them. */
static gboolean is_http(GUri *uri)
{
    const char *scheme = g_uri_get_scheme(uri);
    const char *host = g_uri_get_host(uri);
    const char *path = g_uri_get_path(uri);

    return (g_ascii_strcasecmp(scheme, "http") == 0 || g_ascii_strcasecmp(scheme, "https") == 0) &&
           host != NULL && *host != '\0' && (*path == '\0' || *path == '/');
}

/* NULL: not one that the relay could fetch. */
static char *resolve(const Rewrite *rewrite, Slice reference)
{
    g_autofree char *text = NULL;
    g_autofree char *full = NULL;
    g_autoptr(GUri) uri = NULL;

    if (reference.length == 0 || memchr(reference.start, '\0', reference.length) != NULL)
        return NULL;
    text = g_strndup(reference.start, reference.length);
    full = hls_variables_replace(rewrite->variables, text);
    if (full == NULL || !g_utf8_validate(full, -1, NULL))
        return NULL;
    uri = g_uri_parse_relative(rewrite->base, full, URI_FLAGS, NULL);
    if (uri == NULL || !is_http(uri))
        return NULL;
    return g_uri_to_string_partial(uri, G_URI_HIDE_FRAGMENT);
}

static gboolean is_safe(const char *address)
{
    for (const char *p = address; *p != '\0'; p++) {
        if (g_ascii_iscntrl(*p) || *p == ' ' || *p == '"' || *p == ',')
            return FALSE;
    }
    return *address != '\0' && *address != '#';
}

static void append_slice(Rewrite *rewrite, const char *from, const char *to)
{
    g_string_append_len(rewrite->out, from, to - from);
}

static void append_reference(Rewrite *rewrite, Slice reference, HlsPlaylistPart part)
{
    g_autofree char *url = resolve(rewrite, reference);
    g_autofree char *address = url == NULL ? NULL : rewrite->address(url, part, rewrite->data);

    if (address == NULL || !is_safe(address))
        g_string_append_len(rewrite->out, reference.start, (gssize)reference.length);
    else
        g_string_append(rewrite->out, address);
}

/* Takes NAME=value or NAME="value" from the front of a list. FALSE: no more, or malformed. */
static gboolean take_attribute(Slice *list, Slice *name, Slice *value)
{
    const char *equals = memchr(list->start, '=', list->length);
    const char *end;
    gboolean quoted;

    if (equals == NULL)
        return FALSE;
    *name = slice_strip((Slice){list->start, (gsize)(equals - list->start)});
    *list = slice_skip(*list, (gsize)(equals + 1 - list->start));
    quoted = slice_begins(*list, "\"");
    if (quoted)
        *list = slice_skip(*list, 1);
    end = list->length == 0 ? NULL : memchr(list->start, quoted ? '"' : ',', list->length);
    if (end == NULL && quoted)
        return FALSE;
    if (end == NULL)
        end = list->start + list->length;
    *value = (Slice){list->start, (gsize)(end - list->start)};
    *list = slice_skip(*list, value->length);
    end = list->length == 0 ? NULL : memchr(list->start, ',', list->length);
    *list = end == NULL ? slice_skip(*list, list->length)
                        : slice_skip(*list, (gsize)(end + 1 - list->start));
    return TRUE;
}

static gboolean find_attribute(Slice list, const char *wanted, Slice *value)
{
    Slice name;

    while (take_attribute(&list, &name, value)) {
        if (slice_equals(name, wanted))
            return TRUE;
    }
    return FALSE;
}

static char *dup_attribute(Slice list, const char *wanted)
{
    Slice value;

    return find_attribute(list, wanted, &value) ? g_strndup(value.start, value.length) : NULL;
}

static void define_variable(Rewrite *rewrite, Slice attributes)
{
    g_autofree char *name = dup_attribute(attributes, "NAME");
    g_autofree char *value = dup_attribute(attributes, "VALUE");
    g_autofree char *parameter = dup_attribute(attributes, "QUERYPARAM");

    if (name != NULL && value != NULL)
        hls_variables_define(rewrite->variables, name, value);
    else if (parameter != NULL)
        hls_variables_define_from_query(rewrite->variables, parameter,
                                        g_uri_get_query(rewrite->base));
}

typedef struct {
    const char *name;
    HlsPlaylistPart part;
} Tag;

static const Tag tags[] = {
    {"#EXT-X-MEDIA:", HLS_PLAYLIST_PLAYLIST},
    {"#EXT-X-I-FRAME-STREAM-INF:", HLS_PLAYLIST_PLAYLIST},
    {"#EXT-X-RENDITION-REPORT:", HLS_PLAYLIST_PLAYLIST},
    {"#EXT-X-KEY:", HLS_PLAYLIST_KEY},
    {"#EXT-X-SESSION-KEY:", HLS_PLAYLIST_KEY},
    {"#EXT-X-MAP:", HLS_PLAYLIST_MAP},
    {"#EXT-X-PART:", HLS_PLAYLIST_SEGMENT},
    {"#EXT-X-PRELOAD-HINT:", HLS_PLAYLIST_SEGMENT},
    {"#EXT-X-SESSION-DATA:", HLS_PLAYLIST_DATA},
};

static const Tag *find_tag(Slice line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tags); i++) {
        if (slice_begins(line, tags[i].name))
            return &tags[i];
    }
    return NULL;
}

static void append_tag(Rewrite *rewrite, Slice line, const Tag *tag)
{
    Slice attributes = slice_skip(line, strlen(tag->name));
    HlsPlaylistPart part = tag->part;
    const char *end = line.start + line.length;
    Slice value;

    if (find_attribute(attributes, "TYPE", &value) && slice_equals(value, "MAP"))
        part = HLS_PLAYLIST_MAP;
    if (!find_attribute(attributes, "URI", &value)) {
        append_slice(rewrite, line.start, end);
        return;
    }
    append_slice(rewrite, line.start, value.start);
    append_reference(rewrite, value, part);
    append_slice(rewrite, value.start + value.length, end);
}

/* A line without its end. */
static void append_line(Rewrite *rewrite, Slice line)
{
    static const char define[] = "#EXT-X-DEFINE:";
    const Tag *tag = find_tag(line);
    Slice reference = slice_strip(line);

    if (tag != NULL) {
        append_tag(rewrite, line, tag);
    } else if (reference.length == 0 || line.start[0] == '#' ||
               slice_begins(line, BYTE_ORDER_MARK)) {
        if (slice_begins(line, define))
            define_variable(rewrite, slice_skip(line, strlen(define)));
        if (slice_begins(line, "#EXT-X-STREAM-INF:"))
            rewrite->after_stream_inf = TRUE;
        append_slice(rewrite, line.start, line.start + line.length);
    } else {
        append_slice(rewrite, line.start, reference.start);
        append_reference(rewrite, reference,
                         rewrite->after_stream_inf ? HLS_PLAYLIST_PLAYLIST : HLS_PLAYLIST_SEGMENT);
        append_slice(rewrite, reference.start + reference.length, line.start + line.length);
        rewrite->after_stream_inf = FALSE;
    }
}

static gboolean rewrite_lines(Rewrite *rewrite, Slice text, GError **error)
{
    for (guint number = 1; text.length > 0; number++) {
        const char *end = memchr(text.start, '\n', text.length);
        Slice line = {text.start, end == NULL ? text.length : (gsize)(end - text.start)};

        if (line.length > HLS_PLAYLIST_LINE_LIMIT) {
            g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                        "line %u of the playlist has %" G_GSIZE_FORMAT
                        " bytes; at most %d are allowed",
                        number, line.length, HLS_PLAYLIST_LINE_LIMIT);
            return FALSE;
        }
        append_line(rewrite, line);
        if (rewrite->out->len > HLS_PLAYLIST_REWRITTEN_LIMIT) {
            g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                        "the playlist grows past %d bytes with its addresses rewritten, at line %u",
                        HLS_PLAYLIST_REWRITTEN_LIMIT, number);
            return FALSE;
        }
        if (end != NULL)
            g_string_append_c(rewrite->out, '\n');
        text = slice_skip(text, line.length + (end != NULL));
    }
    return TRUE;
}

static gboolean check_text(const char *text, gsize length, GError **error)
{
    if (length > HLS_PLAYLIST_LIMIT) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "the playlist has %" G_GSIZE_FORMAT " bytes; at most %d are allowed", length,
                    HLS_PLAYLIST_LIMIT);
        return FALSE;
    }
    if (!hls_playlist_is_playlist(text, length)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "%" G_GSIZE_FORMAT " bytes that do not begin with #EXTM3U are no HLS playlist; "
                    "check what the upstream serves there",
                    length);
        return FALSE;
    }
    return TRUE;
}

static GUri *parse_base(const char *base_url, GError **error)
{
    g_autoptr(GUri) base = g_uri_parse(base_url, URI_FLAGS, NULL);

    if (base == NULL || !is_http(base)) {
        g_autofree char *shown = ytops_redact(base_url);

        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "'%s' is no address to resolve a playlist's references against; "
                    "give an http or https URL",
                    shown);
        return NULL;
    }
    return g_steal_pointer(&base);
}

GBytes *hls_playlist_rewrite(const char *text, gsize length, const char *base_url,
                             HlsPlaylistAddress address, gpointer data, GError **error)
{
    g_autoptr(GUri) base = NULL;
    g_autoptr(HlsVariables) variables = NULL;
    g_autoptr(GString) out = NULL;
    Rewrite rewrite;

    if (!check_text(text, length, error))
        return NULL;
    base = parse_base(base_url, error);
    if (base == NULL)
        return NULL;
    variables = hls_variables_new();
    out = g_string_sized_new(length * 2);
    rewrite = (Rewrite){
        .out = out, .base = base, .variables = variables, .address = address, .data = data};
    if (!rewrite_lines(&rewrite, (Slice){text, length}, error))
        return NULL;
    return g_string_free_to_bytes(g_steal_pointer(&out));
}

/* _HLS_name=value of letters and digits: a directive holds nothing else. */
static gboolean is_directive(const char *parameter)
{
    return g_str_has_prefix(parameter, "_HLS_") &&
           parameter[strspn(parameter, "_-=" G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS)] == '\0';
}

char *hls_playlist_add_directives(const char *url, const char *query)
{
    gsize end = strcspn(url, "#");
    g_autoptr(GString) out = g_string_new_len(url, (gssize)end);
    g_auto(GStrv) parameters = g_strsplit(query == NULL ? "" : query, "&", -1);

    for (char **p = parameters; *p != NULL; p++) {
        if (!is_directive(*p))
            continue;
        g_string_append_c(out, memchr(out->str, '?', out->len) == NULL ? '?' : '&');
        g_string_append(out, *p);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
