#include "redis_reply.h"

static const redisReply nil = {.type = REDIS_REPLY_NIL};

YtopsRedisReply *redis_reply_wrap(redisReply *reply)
{
    return (YtopsRedisReply *)reply;
}

static const redisReply *unwrap(const YtopsRedisReply *reply)
{
    return reply == NULL ? &nil : (const redisReply *)reply;
}

void ytops_redis_reply_free(YtopsRedisReply *reply)
{
    freeReplyObject(reply);
}

const char *redis_reply_error(const YtopsRedisReply *reply)
{
    return unwrap(reply)->type == REDIS_REPLY_ERROR ? unwrap(reply)->str : NULL;
}

gboolean ytops_redis_reply_is_nil(const YtopsRedisReply *reply)
{
    return unwrap(reply)->type == REDIS_REPLY_NIL;
}

const char *ytops_redis_reply_string(const YtopsRedisReply *reply)
{
    const redisReply *raw = unwrap(reply);

    return raw->type == REDIS_REPLY_STRING || raw->type == REDIS_REPLY_STATUS ? raw->str : NULL;
}

gint64 ytops_redis_reply_int(const YtopsRedisReply *reply, gint64 fallback)
{
    const redisReply *raw = unwrap(reply);
    gint64 number;

    if (raw->type == REDIS_REPLY_INTEGER)
        return raw->integer;
    if (raw->type == REDIS_REPLY_STRING &&
        g_ascii_string_to_signed(raw->str, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return number;
    return fallback;
}

gsize ytops_redis_reply_length(const YtopsRedisReply *reply)
{
    return unwrap(reply)->type == REDIS_REPLY_ARRAY ? unwrap(reply)->elements : 0;
}

const YtopsRedisReply *ytops_redis_reply_at(const YtopsRedisReply *reply, gsize index)
{
    if (index >= ytops_redis_reply_length(reply))
        return (const YtopsRedisReply *)&nil;
    return (const YtopsRedisReply *)unwrap(reply)->element[index];
}

const char *ytops_redis_reply_string_at(const YtopsRedisReply *reply, gsize index)
{
    return ytops_redis_reply_string(ytops_redis_reply_at(reply, index));
}

gint64 ytops_redis_reply_int_at(const YtopsRedisReply *reply, gsize index, gint64 fallback)
{
    return ytops_redis_reply_int(ytops_redis_reply_at(reply, index), fallback);
}

char **ytops_redis_reply_to_strv(const YtopsRedisReply *reply)
{
    gsize n = ytops_redis_reply_length(reply);
    char **texts = g_new0(char *, n + 1);

    for (gsize i = 0; i < n; i++) {
        const char *text = ytops_redis_reply_string_at(reply, i);

        texts[i] = g_strdup(text != NULL ? text : "");
    }
    return texts;
}

YtopsRedisReply *ytops_redis_reply_take(YtopsRedisReply *reply, gsize index)
{
    redisReply *raw = (redisReply *)reply;
    redisReply *element = NULL;

    if (index < ytops_redis_reply_length(reply))
        element = g_steal_pointer(&raw->element[index]);
    ytops_redis_reply_free(reply);
    return redis_reply_wrap(element);
}
