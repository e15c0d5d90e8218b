#include "http_request.h"

#include <string.h>

HttpRequest *http_request_new(void)
{
    HttpRequest *request = g_new0(HttpRequest, 1);
    request->method = "";
    request->path = g_strdup("");
    request->query_text = g_strdup("");
    request->segments = g_ptr_array_new_with_free_func(g_free);
    request->query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    request->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    request->body = g_bytes_new(NULL, 0);
    return request;
}

void http_request_free(HttpRequest *request)
{
    g_free(request->path);
    g_ptr_array_unref(request->segments);
    g_free(request->query_text);
    g_hash_table_unref(request->query);
    g_hash_table_unref(request->headers);
    g_bytes_unref(request->body);
    g_free(request);
}

gboolean http_request_is_head(const HttpRequest *request)
{
    return strcmp(request->method, "HEAD") == 0;
}

void http_request_add_header(HttpRequest *request, const char *name, const char *value)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    const char *before = g_hash_table_lookup(request->headers, key);
    char *joined = before != NULL ? g_strconcat(before, ", ", value, NULL) : g_strdup(value);
    g_hash_table_replace(request->headers, g_steal_pointer(&key), joined);
}

const char *http_request_get_header(const HttpRequest *request, const char *name)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(request->headers, key);
}

/* ---- the target -------------------------------------------------------------------------- */

static gboolean refuse(HttpFault *fault, const char *part, const char *reason)
{
    return http_fault_set(fault, 400, YTOPS_ERROR_INVALID_ARGUMENT, part,
                          "the %s of the request %s; send it percent-encoded as UTF-8", part,
                          reason);
}

/* One byte of `text` at *at, which moves past it; -1 where it is wrongly encoded. */
static int decode_byte(const char *text, gsize length, gsize *at)
{
    if (text[*at] != '%')
        return (guchar)text[(*at)++];
    if (length - *at < 3 || !g_ascii_isxdigit(text[*at + 1]) || !g_ascii_isxdigit(text[*at + 2]))
        return -1;
    int byte = g_ascii_xdigit_value(text[*at + 1]) * 16 + g_ascii_xdigit_value(text[*at + 2]);
    *at += 3;
    return byte;
}

/* NULL, with a fault, where it cannot be decoded. */
static char *decode(const char *text, gsize length, const char *part, HttpFault *fault)
{
    gboolean plus = strcmp(part, "query") == 0;
    g_autoptr(GString) decoded = g_string_sized_new(length + 1);
    for (gsize i = 0; i < length;) {
        gboolean is_space = plus && text[i] == '+';
        int byte = decode_byte(text, length, &i);
        if (byte < 0) {
            refuse(fault, part, "has a % without two hexadecimal digits");
            return NULL;
        }
        if (byte == 0) {
            refuse(fault, part, "has an encoded NUL (%00)");
            return NULL;
        }
        g_string_append_c(decoded, is_space ? ' ' : (char)byte);
    }
    if (!g_utf8_validate_len(decoded->str, decoded->len, NULL)) {
        refuse(fault, part, "is not UTF-8 once it is decoded");
        return NULL;
    }
    return g_string_free(g_steal_pointer(&decoded), FALSE);
}

static gboolean set_path(HttpRequest *request, const char *path, gsize length, HttpFault *fault)
{
    g_autofree char *whole = decode(path, length, "path", fault);
    if (whole == NULL)
        return FALSE;
    for (const char *from = path + 1, *end = path + length; length > 1 && from <= end;) {
        const char *slash = memchr(from, '/', (gsize)(end - from));
        const char *to = slash != NULL ? slash : end;
        char *segment = decode(from, (gsize)(to - from), "path", fault);
        if (segment == NULL)
            return FALSE;
        g_ptr_array_add(request->segments, segment);
        from = to + 1;
    }
    g_free(request->path);
    request->path = g_steal_pointer(&whole);
    return TRUE;
}

static gboolean add_parameter(HttpRequest *request, const char *from, const char *to,
                              HttpFault *fault)
{
    const char *equals = memchr(from, '=', (gsize)(to - from));
    const char *name_end = equals != NULL ? equals : to;
    g_autofree char *name = decode(from, (gsize)(name_end - from), "query", fault);
    g_autofree char *value = equals != NULL
                                 ? decode(equals + 1, (gsize)(to - equals - 1), "query", fault)
                                 : g_strdup("");
    if (name == NULL || value == NULL)
        return FALSE;
    if (*name != '\0' && !g_hash_table_contains(request->query, name))
        g_hash_table_insert(request->query, g_steal_pointer(&name), g_steal_pointer(&value));
    return TRUE;
}

static gboolean set_query(HttpRequest *request, const char *query, HttpFault *fault)
{
    while (*query != '\0') {
        const char *to = query + strcspn(query, "&");
        if (!add_parameter(request, query, to, fault))
            return FALSE;
        query = *to == '&' ? to + 1 : to;
    }
    return TRUE;
}

gboolean http_request_set_target(HttpRequest *request, const char *target, HttpFault *fault)
{
    const char *path = target;
    g_autofree char *visible = NULL;
    if (g_ascii_strncasecmp(target, "http://", 7) == 0)
        path = target + 7 + strcspn(target + 7, "/?#");
    if (path != target && *path != '/')
        path = visible = g_strconcat("/", path, NULL);
    if (*path != '/')
        return refuse(fault, "target", "does not begin with \"/\"");
    gsize length = strcspn(path, "?#");
    if (!set_path(request, path, length, fault))
        return FALSE;
    if (path[length] != '?')
        return TRUE;
    g_free(request->query_text);
    request->query_text = g_strndup(path + length + 1, strcspn(path + length + 1, "#"));
    return set_query(request, request->query_text, fault);
}
