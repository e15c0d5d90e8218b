#include "redis_command.h"
#include "redis_error.h"
#include "redis_reply.h"
#include "ytops/redis.h"

struct YtopsRedisScript {
    const char *name;
    const char *source;
    char *digest;
};

YtopsRedisScript *ytops_redis_script_new(const char *name, const char *source)
{
    YtopsRedisScript *script = g_new0(YtopsRedisScript, 1);

    script->name = name;
    script->source = source;
    script->digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, source, -1);
    return script;
}

void ytops_redis_script_free(YtopsRedisScript *script)
{
    if (script == NULL)
        return;
    g_free(script->digest);
    g_free(script);
}

static gsize count(const char *const *list)
{
    return list == NULL ? 0 : g_strv_length((char **)list);
}

static void add_all(GPtrArray *argv, const char *const *list)
{
    for (gsize i = 0, n = count(list); i < n; i++)
        g_ptr_array_add(argv, (gpointer)list[i]);
}

/* NOSCRIPT means that nothing was run, so that sending the whole script repeats nothing. */
static YtopsRedisReply *run(YtopsRedisPool *pool, const YtopsRedisScript *script, GPtrArray *argv,
                            GError **error)
{
    YtopsRedisReply *reply =
        redis_command_exchange(pool, argv->len, (const char *const *)argv->pdata, error);
    const char *text = redis_reply_error(reply);

    if (text == NULL || !redis_error_reply_is(text, "NOSCRIPT"))
        return reply;
    ytops_redis_reply_free(reply);
    argv->pdata[0] = (gpointer) "EVAL";
    argv->pdata[1] = (gpointer)script->source;
    return redis_command_exchange(pool, argv->len, (const char *const *)argv->pdata, error);
}

YtopsRedisReply *ytops_redis_eval(YtopsRedisPool *pool, const YtopsRedisScript *script,
                                  const char *const *keys, const char *const *args, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *n_keys = g_strdup_printf("%zu", count(keys));
    g_autofree char *what = g_strdup_printf("the script '%s'", script->name);

    g_ptr_array_add(argv, (gpointer) "EVALSHA");
    g_ptr_array_add(argv, script->digest);
    g_ptr_array_add(argv, n_keys);
    add_all(argv, keys);
    add_all(argv, args);
    return redis_command_check(pool, what, run(pool, script, argv, error), error);
}
