#include "redis_url.h"

#include <string.h>

#include "ytops/error.h"

#define DEFAULT_PORT "6379"
#define FORMS "redis://[[user]:password@]host[:port][/db] or unix:///path[?db=N][&password=P]"

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
    va_list args;
    g_autofree char *what = NULL;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "the Redis URL is not usable: %s; write it as " FORMS, what);
    return FALSE;
}

/* `name` tells which part it is; its text may be a secret and is not shown. */
static gboolean decode(const char *encoded, const char *name, char **decoded, GError **error)
{
    *decoded = g_uri_unescape_string(encoded, NULL);
    if (*decoded == NULL)
        return refuse(error, "its %s has a '%%' that two hex digits (not 00) do not follow", name);
    return TRUE;
}

static gboolean parse_database(RedisUrl *url, const char *text, GError **error)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &number, NULL))
        return refuse(error, "its database '%s' is not a number from 0 on", text);
    url->database = (guint)number;
    return TRUE;
}

static gboolean parse_port(RedisUrl *url, const char *text, GError **error)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &number, NULL))
        return refuse(error, "its port '%s' is not a number from 1 to 65535", text);
    url->port = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    return TRUE;
}

static gboolean is_host(const char *host, gboolean bracketed)
{
    const char *allowed = bracketed ? ":.%" : ".-_";

    for (const char *p = host; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr(allowed, *p) == NULL)
            return FALSE;
    return *host != '\0';
}

/* "host", "host:port", "[::1]", "[::1]:port". */
static gboolean parse_address(RedisUrl *url, const char *address, GError **error)
{
    gboolean bracketed = *address == '[';
    const char *end = bracketed ? strchr(address, ']') : strchrnul(address, ':');
    const char *rest;

    if (end == NULL)
        return refuse(error, "its address '%s' has a '[' without a ']'", address);
    url->host = g_strndup(address + bracketed, (gsize)(end - address - bracketed));
    rest = end + bracketed;
    if (!is_host(url->host, bracketed))
        return refuse(error, "its host '%s' is not a host name or address", url->host);
    if (*rest == '\0')
        return parse_port(url, DEFAULT_PORT, error);
    if (*rest != ':')
        return refuse(error, "'%s' follows its address", rest);
    return parse_port(url, rest + 1, error);
}

/* "user:password", ":password" and ":" for none. */
static gboolean parse_user_info(RedisUrl *url, const char *info, GError **error)
{
    const char *colon = strchr(info, ':');
    g_autofree char *encoded = NULL;

    if (colon == NULL)
        return refuse(error,
                      "a '@' but no ':' before it, so there is a user without a password or a "
                      "password without its colon");
    encoded = g_strndup(info, (gsize)(colon - info));
    if (!decode(encoded, "user", &url->user, error) ||
        !decode(colon + 1, "password", &url->password, error))
        return FALSE;
    if (*url->user != '\0' && *url->password == '\0')
        return refuse(error, "its user has an empty password");
    if (*url->user == '\0')
        g_clear_pointer(&url->user, g_free);
    if (*url->password == '\0')
        g_clear_pointer(&url->password, g_free);
    return TRUE;
}

/*
 * The last '@' ends the password, even after a '/' or '?': passwords that were not percent-encoded
 * work, and no piece of one is ever taken for a host and shown.
 */
static gboolean parse_tcp(RedisUrl *url, const char *rest, GError **error)
{
    const char *at = strrchr(rest, '@');
    const char *address = at == NULL ? rest : at + 1;
    const char *slash = strchrnul(address, '/');
    g_autofree char *host_port = g_strndup(address, (gsize)(slash - address));

    if (at != NULL) {
        g_autofree char *info = g_strndup(rest, (gsize)(at - rest));
        if (!parse_user_info(url, info, error))
            return FALSE;
    }
    if (strpbrk(address, "?#") != NULL)
        return refuse(error, "a query or fragment, which it cannot have");
    if (slash[0] == '/' && slash[1] != '\0' && !parse_database(url, slash + 1, error))
        return FALSE;
    return parse_address(url, host_port, error);
}

static gboolean parse_parameter(RedisUrl *url, const char *parameter, GError **error)
{
    if (g_str_has_prefix(parameter, "db="))
        return parse_database(url, parameter + strlen("db="), error);
    if (g_str_has_prefix(parameter, "password=")) {
        g_clear_pointer(&url->password, g_free);
        if (!decode(parameter + strlen("password="), "password", &url->password, error))
            return FALSE;
        if (*url->password == '\0')
            g_clear_pointer(&url->password, g_free);
        return TRUE;
    }
    return refuse(error, "a parameter after '?' that is neither db= nor password=");
}

static gboolean parse_query(RedisUrl *url, const char *query, GError **error)
{
    g_auto(GStrv) parameters = g_strsplit(query, "&", -1);

    for (gsize i = 0; parameters[i] != NULL; i++)
        if (!parse_parameter(url, parameters[i], error))
            return FALSE;
    return TRUE;
}

static gboolean parse_unix(RedisUrl *url, const char *rest, GError **error)
{
    const char *question = strchrnul(rest, '?');
    g_autofree char *encoded = g_strndup(rest, (gsize)(question - rest));

    if (*encoded != '/')
        return refuse(error, "its socket path does not begin with '/'");
    if (strstr(encoded, "password=") != NULL)
        return refuse(error, "password= in its path, where a '?' must stand before it");
    if (!decode(encoded, "path", &url->path, error))
        return FALSE;
    if (strlen(url->path) > REDIS_URL_MAX_SOCKET_PATH)
        return refuse(error, "its socket path '%s' has %zu bytes, and a socket's can have %d",
                      url->path, strlen(url->path), REDIS_URL_MAX_SOCKET_PATH);
    return *question == '\0' || parse_query(url, question + 1, error);
}

static char *display(const RedisUrl *url)
{
    GString *out = g_string_new(url->path == NULL ? "redis://" : "unix://");
    gboolean is_ipv6 = url->host != NULL && strchr(url->host, ':') != NULL;

    if (url->path != NULL) {
        g_string_append_uri_escaped(out, url->path, "/", TRUE);
        g_string_append_printf(out, "?db=%u%s", url->database,
                               url->password == NULL ? "" : "&password=***");
        return g_string_free(out, FALSE);
    }
    if (url->user != NULL)
        g_string_append_uri_escaped(out, url->user, NULL, TRUE);
    if (url->password != NULL)
        g_string_append(out, ":***@");
    g_string_append_printf(out, is_ipv6 ? "[%s]:%s/%u" : "%s:%s/%u", url->host, url->port,
                           url->database);
    return g_string_free(out, FALSE);
}

static gboolean parse_scheme(RedisUrl *url, const char *text, GError **error)
{
    if (g_ascii_strncasecmp(text, "redis://", strlen("redis://")) == 0)
        return parse_tcp(url, text + strlen("redis://"), error);
    if (g_ascii_strncasecmp(text, "unix://", strlen("unix://")) == 0)
        return parse_unix(url, text + strlen("unix://"), error);
    if (g_ascii_strncasecmp(text, "rediss://", strlen("rediss://")) == 0)
        return refuse(error, "rediss:// (TLS) is not supported, put a TLS tunnel such as stunnel "
                             "before Redis");
    return refuse(error, "it begins neither with redis:// nor with unix://");
}

RedisUrl *redis_url_parse(const char *text, GError **error)
{
    g_autoptr(RedisUrl) url = g_new0(RedisUrl, 1);

    if (!parse_scheme(url, text == NULL ? "" : text, error))
        return NULL;
    url->display = display(url);
    return g_steal_pointer(&url);
}

void redis_url_free(RedisUrl *url)
{
    if (url == NULL)
        return;
    g_free(url->path);
    g_free(url->host);
    g_free(url->port);
    g_free(url->user);
    g_free(url->password);
    g_free(url->display);
    g_free(url);
}
