/*
 * Redis for the rest of the program: a pool of connections, typed replies, Lua scripts.
 *
 * Every call here blocks and may be made from any thread except an event loop's. The pool's timeout
 * bounds each of its steps: waiting for a free connection, opening one where needed, the command.
 * Once a connection was lost, calls fail at once with REDIS_UNAVAILABLE until a probe (one caller at
 * a time, at most every 100 ms) gets through: a dead Redis costs a caller nothing.
 */
#pragma once

#include <glib.h>

#include "ytops/metrics.h"

/* ---- replies ---------------------------------------------------------------------------- */

typedef struct YtopsRedisReply YtopsRedisReply;

void ytops_redis_reply_free(YtopsRedisReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRedisReply, ytops_redis_reply_free)

gboolean ytops_redis_reply_is_nil(const YtopsRedisReply *reply);

/* The text of a string or status reply, NUL-terminated, owned by the reply; NULL for any other. */
const char *ytops_redis_reply_string(const YtopsRedisReply *reply);

/* An integer, or a string that is one; `fallback` for anything else. */
gint64 ytops_redis_reply_int(const YtopsRedisReply *reply, gint64 fallback);

/* Number of elements; 0 for what is no array. */
gsize ytops_redis_reply_length(const YtopsRedisReply *reply);

/* An element, owned by the reply; a nil reply where index is past the end. Never NULL. */
const YtopsRedisReply *ytops_redis_reply_at(const YtopsRedisReply *reply, gsize index);

/* Text and integer of an element, as above. */
const char *ytops_redis_reply_string_at(const YtopsRedisReply *reply, gsize index);
gint64 ytops_redis_reply_int_at(const YtopsRedisReply *reply, gsize index, gint64 fallback);

/* The texts of all elements, "" for one that is none; NULL-terminated, g_strfreev. */
char **ytops_redis_reply_to_strv(const YtopsRedisReply *reply);

/* Frees the reply and gives that element of it, in its own right. NULL where it is past the end. */
YtopsRedisReply *ytops_redis_reply_take(YtopsRedisReply *reply, gsize index);

/* ---- scripts ---------------------------------------------------------------------------- */

/* A Lua script: immutable, usable from any thread. `name` shows in errors; both must outlive it. */
typedef struct YtopsRedisScript YtopsRedisScript;
YtopsRedisScript *ytops_redis_script_new(const char *name, const char *source);
void ytops_redis_script_free(YtopsRedisScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRedisScript, ytops_redis_script_free)

/* What a script is made of; `source` is a header that cmake/YtopsModule.cmake embeds. */
typedef struct {
    const char *name;
    const char *source;
} YtopsRedisScriptSource;

/* The scripts of a part of the program, each at the place of its source, and NULL behind the last. */
YtopsRedisScript **ytops_redis_scripts_new(const YtopsRedisScriptSource *sources, gsize n_sources);
void ytops_redis_scripts_free(YtopsRedisScript **scripts);

/*
 * The first argument of scripts that know the time: Unix seconds where a test sets the clock, "" for
 * Redis' own (`now_override` NULL). `now_override` is read atomically. g_free.
 */
char *ytops_redis_now_text(const gint64 *now_override);

/* A number as an argument. g_free. */
char *ytops_redis_number_text(gint64 number);

/* Appends those strings, borrowed; `more` is NULL-terminated, or NULL for none. */
void ytops_redis_args_add_all(GPtrArray *args, const char *const *more);

/* ---- the pool --------------------------------------------------------------------------- */

typedef struct YtopsRedisPool YtopsRedisPool;

typedef struct {
    guint max_connections; /* 0: 16. More callers than that wait for one, up to the timeout. */
    guint timeout_ms;      /* each step of a call, see above; 0: 2000 */
    YtopsMetrics *metrics; /* NULL: none; must outlive the pool */
} YtopsRedisPoolOptions;

/*
 * url: redis://[[user]:password@]host[:port][/db], rediss is not supported, or
 * unix:///path[?db=N][&password=P]; user, password and path may be percent-encoded. Does not connect;
 * options may be NULL. NULL and INVALID_ARGUMENT, naming what is
 * wrong and never the password, for a bad URL.
 */
YtopsRedisPool *ytops_redis_pool_new(const char *url, const YtopsRedisPoolOptions *options,
                                     GError **error);

/* No call may be under way. NULL is fine. */
void ytops_redis_pool_free(YtopsRedisPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRedisPool, ytops_redis_pool_free)

/* The URL without its password, for logs. Owned by the pool. */
const char *ytops_redis_pool_get_display_url(const YtopsRedisPool *pool);

/*
 * One command: the arguments as strings, ended by NULL. Errors: REDIS_UNAVAILABLE for a connection
 * that cannot be had, was lost or timed out, for -LOADING, -MASTERDOWN, -READONLY, -BUSY, and for
 * refused authentication (the message then says so); INTERNAL for any other error reply;
 * INVALID_ARGUMENT for a command without a name. The arguments never show in an error.
 * A command that was sent is never sent twice: its caller cannot know whether it took effect.
 */
YtopsRedisReply *ytops_redis_command(YtopsRedisPool *pool, GError **error,
                                     ...) G_GNUC_NULL_TERMINATED;

/* The same from an array. */
YtopsRedisReply *ytops_redis_commandv(YtopsRedisPool *pool, gsize argc, const char *const *argv,
                                      GError **error);

/*
 * EVALSHA with the script's digest, and EVAL where the server does not know it (NOSCRIPT). `keys`
 * and `args` are NULL-terminated; either may be NULL for none.
 */
YtopsRedisReply *ytops_redis_eval(YtopsRedisPool *pool, const YtopsRedisScript *script,
                                  const char *const *keys, const char *const *args, GError **error);

/* TRUE where PING is answered. Errors as for ytops_redis_command. */
gboolean ytops_redis_ping(YtopsRedisPool *pool, GError **error);
