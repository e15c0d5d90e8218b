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

YtopsRedisScript **ytops_redis_scripts_new(const YtopsRedisScriptSource *sources, gsize n_sources)
{
    YtopsRedisScript **scripts = g_new0(YtopsRedisScript *, n_sources + 1);

    for (gsize i = 0; i < n_sources; i++)
        scripts[i] = ytops_redis_script_new(sources[i].name, sources[i].source);
    return scripts;
}

void ytops_redis_scripts_free(YtopsRedisScript **scripts)
{
    for (gsize i = 0; scripts != NULL && scripts[i] != NULL; i++)
        ytops_redis_script_free(scripts[i]);
    g_free(scripts);
}

char *ytops_redis_number_text(gint64 number)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, number);
}

char *ytops_redis_now_text(const gint64 *now_override)
{
    if (now_override == NULL)
        return g_strdup("");
    return ytops_redis_number_text(__atomic_load_n(now_override, __ATOMIC_SEQ_CST));
}

void ytops_redis_args_add_all(GPtrArray *args, const char *const *more)
{
    for (; more != NULL && *more != NULL; more++)
        g_ptr_array_add(args, (gpointer)*more);
}

static gsize count(const char *const *list)
{
    return list == NULL ? 0 : g_strv_length((char **)list);
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
    ytops_redis_args_add_all(argv, keys);
    ytops_redis_args_add_all(argv, args);
    return redis_command_check(pool, what, run(pool, script, argv, error), error);
}
