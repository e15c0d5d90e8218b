#include "redis_connection.h"

#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "redis_error.h"
#include "redis_reply.h"
#include "redis_socket.h"
#include "ytops/error.h"

struct RedisConnection {
    int fd;
    guint64 generation;
    redisReader *reader;
};

static gint64 deadline_in(guint timeout_ms)
{
    return g_get_monotonic_time() + (gint64)timeout_ms * 1000;
}

void redis_connection_free(RedisConnection *connection)
{
    if (connection == NULL)
        return;
    close(connection->fd);
    redisReaderFree(connection->reader);
    g_free(connection);
}

guint64 redis_connection_get_generation(const RedisConnection *connection)
{
    return connection->generation;
}

gboolean redis_connection_is_usable(const RedisConnection *connection)
{
    return connection->reader->pos == connection->reader->len &&
           redis_socket_is_quiet(connection->fd);
}

static gboolean send_command(RedisConnection *connection, gsize argc, const char *const *argv,
                             gint64 deadline_us, GError **error)
{
    char *command = NULL;
    int length = redisFormatCommandArgv(&command, (int)argc, (const char **)argv, NULL);
    gboolean sent;

    if (length < 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE,
                    "the command %s is too large to be sent", argv[0]);
        return FALSE;
    }
    sent = redis_socket_send(connection->fd, command, (gsize)length, deadline_us, error);
    redisFreeCommand(command);
    return sent;
}

/* One step: a whole reply, NULL without an error where more is to be read, or NULL and an error. */
static redisReply *parse_reply(RedisConnection *connection, GError **error)
{
    void *reply = NULL;

    if (redisReaderGetReply(connection->reader, &reply) != REDIS_OK)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE,
                    "it does not speak the Redis protocol (%s)", connection->reader->errstr);
    return reply;
}

static redisReply *receive_reply(RedisConnection *connection, gint64 deadline_us, GError **error)
{
    g_autoptr(GError) problem = NULL;
    char buffer[16 * 1024];
    redisReply *reply;

    while ((reply = parse_reply(connection, &problem)) == NULL && problem == NULL) {
        gsize got =
            redis_socket_receive(connection->fd, buffer, sizeof buffer, deadline_us, &problem);
        if (problem == NULL)
            redisReaderFeed(connection->reader, buffer, got);
    }
    if (problem != NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    return reply;
}

static YtopsRedisReply *exchange_until(RedisConnection *connection, gsize argc,
                                       const char *const *argv, gint64 deadline_us, GError **error)
{
    redisReply *reply = NULL;

    if (send_command(connection, argc, argv, deadline_us, error))
        reply = receive_reply(connection, deadline_us, error);
    if (reply == NULL)
        g_prefix_error(error, "%s was not answered: ", argv[0]);
    return redis_reply_wrap(reply);
}

YtopsRedisReply *redis_connection_exchange(RedisConnection *connection, gsize argc,
                                           const char *const *argv, guint timeout_ms,
                                           GError **error)
{
    return exchange_until(connection, argc, argv, deadline_in(timeout_ms), error);
}

/* A command of the greeting, of which any error reply means that the connection cannot be had. */
static gboolean greet_with(RedisConnection *connection, gsize argc, const char *const *argv,
                           gint64 deadline_us, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = exchange_until(connection, argc, argv, deadline_us, error);
    const char *text = redis_reply_error(reply);

    if (reply == NULL)
        return FALSE;
    if (text == NULL)
        return TRUE;
    if (redis_error_reply_is_refused_password(text) || strcmp(argv[0], "AUTH") == 0)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE,
                    "it refused authentication (%s), check the user and password in --redis-url",
                    text);
    else
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE, "it answered %s with '%s'",
                    argv[0], text);
    return FALSE;
}

static gboolean authenticate(RedisConnection *connection, const RedisUrl *url, gint64 deadline_us,
                             GError **error)
{
    const char *const with_user[] = {"AUTH", url->user, url->password};
    const char *const without_user[] = {"AUTH", url->password};

    if (url->password == NULL)
        return TRUE;
    return url->user != NULL ? greet_with(connection, 3, with_user, deadline_us, error)
                             : greet_with(connection, 2, without_user, deadline_us, error);
}

static gboolean select_database(RedisConnection *connection, const RedisUrl *url,
                                gint64 deadline_us, GError **error)
{
    char number[16];
    const char *const select[] = {"SELECT", number};

    g_snprintf(number, sizeof number, "%u", url->database);
    return url->database == 0 || greet_with(connection, 2, select, deadline_us, error);
}

RedisConnection *redis_connection_open(const RedisUrl *url, guint timeout_ms, guint64 generation,
                                       GError **error)
{
    gint64 deadline_us = deadline_in(timeout_ms);
    const char *const ping[] = {"PING"};
    int fd = redis_socket_open(url, deadline_us, error);
    g_autoptr(RedisConnection) connection = NULL;

    if (fd < 0)
        return NULL;
    connection = g_new0(RedisConnection, 1);
    connection->fd = fd;
    connection->generation = generation;
    connection->reader = redisReaderCreate();
    if (!authenticate(connection, url, deadline_us, error) ||
        !select_database(connection, url, deadline_us, error) ||
        !greet_with(connection, 1, ping, deadline_us, error))
        return NULL;
    return g_steal_pointer(&connection);
}
