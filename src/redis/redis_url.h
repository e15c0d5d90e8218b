/* A Redis URL, taken apart. Pure. */
#pragma once

#include <glib.h>

/* The longest path that a Unix socket's address can hold on Linux, without the NUL. */
#define REDIS_URL_MAX_SOCKET_PATH 107

typedef struct {
    char *path;     /* of the Unix socket; NULL for TCP */
    char *host;     /* name or address, IPv6 without brackets; NULL for a Unix socket */
    char *port;     /* decimal, 1 to 65535; NULL for a Unix socket */
    char *user;     /* NULL: the default user */
    char *password; /* NULL: no AUTH */
    guint database;
    char *display; /* the whole URL with *** for the password */
} RedisUrl;

/* NULL and INVALID_ARGUMENT, which names what is wrong and never the password. Free with
 * redis_url_free. */
RedisUrl *redis_url_parse(const char *text, GError **error);
void redis_url_free(RedisUrl *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RedisUrl, redis_url_free)
