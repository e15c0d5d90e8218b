/*
 *                 +----------+  PING answered   +---------+  dies   +------------+
 *   start() ----> | STARTING | ---------------> | RUNNING | ------> | RESTARTING |
 *                 +----------+                  +---------+ <------ +------------+
 *                      | dies                        |      started       |
 *                      v                             | stop()             | stop()
 *                 +--------+                         v                    |
 *                 | FAILED |                   +----------+               |
 *                 +--------+                   | STOPPING | <-------------+
 *                                              +----------+
 *
 * All of it happens in one thread, the supervisor: the server ends with the thread that spawned it,
 * and that is what makes it die when this process is killed.
 *
 * Failure modes. A server that dies while STARTING has a configuration or a file that it cannot
 * use, and is reported with its own words. One that dies later is started again, after a pause that
 * grows from 50 ms to 5 s as long as it does not last.
 */
#include "ytops/embedded_redis.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "embedded_start.h"
#include "redis_connection.h"
#include "redis_directory.h"
#include "redis_reply.h"
#include "redis_server_process.h"
#include "redis_url.h"
#include "ytops/error.h"
#include "ytops/log.h"

#define LOCK_WAIT_S 15
#define START_TIMEOUT_S 120
#define START_POLL_US (5 * 1000)
#define ANSWER_TIMEOUT_MS 1000
#define SYNC_INTERVAL_MS 1000
#define STOP_TIMEOUT_MS 10000
#define FIRST_PAUSE_MS 50
#define LONGEST_PAUSE_MS 5000
#define LASTING_RUN_US (30 * G_USEC_PER_SEC)

typedef enum { STARTING, RUNNING, RESTARTING, STOPPING, FAILED } State;

struct YtopsEmbeddedRedis {
    RedisDirectory *directory;
    char *program;
    char *url;
    guint lock_wait_s;
    int wake_fd; /* readable once stop() was called */
    GThread *supervisor;

    GMutex mutex;
    GCond changed;
    State state;
    int pid;
    GError *failure; /* in FAILED */
};

static State get_state(YtopsEmbeddedRedis *redis)
{
    State state;

    g_mutex_lock(&redis->mutex);
    state = redis->state;
    g_mutex_unlock(&redis->mutex);
    return state;
}

int ytops_embedded_redis_get_pid(YtopsEmbeddedRedis *redis)
{
    int pid;

    g_mutex_lock(&redis->mutex);
    pid = redis->pid;
    g_mutex_unlock(&redis->mutex);
    return pid;
}

const char *ytops_embedded_redis_get_url(const YtopsEmbeddedRedis *redis)
{
    return redis->url;
}

/* ---- the supervisor --------------------------------------------------------------------- */

static void note_start(YtopsEmbeddedRedis *redis, int pid)
{
    g_mutex_lock(&redis->mutex);
    redis->pid = pid;
    if (redis->state == RESTARTING)
        redis->state = RUNNING;
    g_mutex_unlock(&redis->mutex);
}

/* Takes the error: the end of start() where it is waiting, or a line in the log. */
static void note_end(YtopsEmbeddedRedis *redis, GError *cause)
{
    gboolean is_report;

    g_mutex_lock(&redis->mutex);
    redis->pid = 0;
    is_report = redis->state == RUNNING || redis->state == RESTARTING;
    if (redis->state == STARTING) {
        redis->state = FAILED;
        redis->failure = g_steal_pointer(&cause);
    } else if (redis->state == RUNNING) {
        redis->state = RESTARTING;
    }
    g_cond_broadcast(&redis->changed);
    g_mutex_unlock(&redis->mutex);
    if (is_report)
        ytops_log_warning("redis", "The embedded redis-server ended; it is started again", "reason",
                          cause->message, NULL);
    g_clear_error(&cause);
}

/* From its start to its end or to stop(). NULL where it ended in order. */
static GError *run_once(YtopsEmbeddedRedis *redis)
{
    GError *cause = NULL;
    g_autoptr(RedisServerProcess) server =
        redis_server_process_start(redis->directory, redis->program, redis->lock_wait_s, &cause);

    if (server == NULL)
        return cause;
    note_start(redis, redis_server_process_get_pid(server));
    while (get_state(redis) != STOPPING) {
        if (redis_server_process_watch(server, redis->wake_fd, SYNC_INTERVAL_MS)) {
            redis_server_process_explain_end(server, &cause);
            return cause;
        }
        redis_directory_sync(redis->directory);
    }
    redis_server_process_terminate(server);
    if (!redis_server_process_watch(server, -1, STOP_TIMEOUT_MS))
        ytops_log_warning("redis", "The embedded redis-server did not end in time and is killed",
                          NULL);
    return NULL;
}

static void pause_before_restart(YtopsEmbeddedRedis *redis, int pause_ms)
{
    struct pollfd stop = {.fd = redis->wake_fd, .events = POLLIN};

    poll(&stop, 1, pause_ms);
}

static gpointer supervise(gpointer data)
{
    YtopsEmbeddedRedis *redis = data;
    int pause_ms = FIRST_PAUSE_MS;

    for (;;) {
        gint64 started_us = g_get_monotonic_time();
        GError *cause = run_once(redis);

        if (cause != NULL)
            note_end(redis, cause);
        if (get_state(redis) == STOPPING || get_state(redis) == FAILED)
            return NULL;
        if (g_get_monotonic_time() - started_us > LASTING_RUN_US)
            pause_ms = FIRST_PAUSE_MS;
        pause_before_restart(redis, pause_ms);
        pause_ms = MIN(pause_ms * 2, LONGEST_PAUSE_MS);
    }
}

/* ---- start and stop --------------------------------------------------------------------- */

/* It answers, and it is ours: not the one of an earlier run that has not ended yet. */
static gboolean is_answering(YtopsEmbeddedRedis *redis, const RedisUrl *url)
{
    const char *const info[] = {"INFO", "server"};
    g_autoptr(RedisConnection) connection = redis_connection_open(url, ANSWER_TIMEOUT_MS, 0, NULL);
    g_autoptr(YtopsRedisReply) reply = NULL;
    const char *text = NULL;
    const char *process_id;

    if (connection != NULL)
        reply = redis_connection_exchange(connection, G_N_ELEMENTS(info), info, ANSWER_TIMEOUT_MS,
                                          NULL);
    text = ytops_redis_reply_string(reply);
    process_id = text == NULL ? NULL : strstr(text, "\nprocess_id:");
    return process_id != NULL && g_ascii_strtoll(process_id + strlen("\nprocess_id:"), NULL, 10) ==
                                     ytops_embedded_redis_get_pid(redis);
}

/* FALSE where it has failed by now; *error is then set. */
static gboolean wait_for_change(YtopsEmbeddedRedis *redis, gboolean answering, GError **error)
{
    gboolean alive;

    g_mutex_lock(&redis->mutex);
    if (redis->state == STARTING && answering)
        redis->state = RUNNING;
    else if (redis->state == STARTING)
        g_cond_wait_until(&redis->changed, &redis->mutex, g_get_monotonic_time() + START_POLL_US);
    alive = redis->state != FAILED;
    if (!alive)
        g_propagate_error(error, g_steal_pointer(&redis->failure));
    g_mutex_unlock(&redis->mutex);
    return alive;
}

static gboolean wait_until_running(YtopsEmbeddedRedis *redis, GError **error)
{
    g_autoptr(RedisUrl) url = redis_url_parse(redis->url, error);
    gint64 deadline_us = g_get_monotonic_time() + START_TIMEOUT_S * G_USEC_PER_SEC;

    while (url != NULL && get_state(redis) != RUNNING) {
        if (!wait_for_change(redis, is_answering(redis, url), error))
            return FALSE;
        if (g_get_monotonic_time() < deadline_us)
            continue;
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "the embedded redis-server in '%s' did not answer in %d s; look at its load "
                    "and at the size of its append-only file",
                    redis_directory_get_path(redis->directory), START_TIMEOUT_S);
        return FALSE;
    }
    return url != NULL;
}

/* Absolute, because the server runs in another directory. */
static char *find_program(const char *program, GError **error)
{
    g_autofree char *found = g_find_program_in_path(program);

    if (found != NULL)
        return g_canonicalize_filename(found, NULL);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "the program '%s' for the embedded Redis is not installed; install the package "
                "redis-server, or give --redis-url of a running Redis",
                program);
    return NULL;
}

static YtopsEmbeddedRedis *embedded_new(RedisDirectory *directory, char *program, guint lock_wait_s)
{
    YtopsEmbeddedRedis *redis = g_new0(YtopsEmbeddedRedis, 1);

    redis->directory = directory;
    redis->program = program;
    redis->lock_wait_s = lock_wait_s;
    redis->url = redis_directory_make_url(directory);
    redis->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    redis->state = STARTING;
    g_mutex_init(&redis->mutex);
    g_cond_init(&redis->changed);
    return redis;
}

YtopsEmbeddedRedis *redis_embedded_start(const char *data_dir, const char *program,
                                         guint lock_wait_s, GError **error)
{
    g_autofree char *found = find_program(program, error);
    g_autoptr(YtopsEmbeddedRedis) redis = NULL;
    RedisDirectory *directory;

    if (found == NULL || (directory = redis_directory_open(data_dir, error)) == NULL)
        return NULL;
    redis = embedded_new(directory, g_steal_pointer(&found), lock_wait_s);
    redis->supervisor = g_thread_new("redis", supervise, redis);
    if (!wait_until_running(redis, error))
        return NULL;
    return g_steal_pointer(&redis);
}

YtopsEmbeddedRedis *ytops_embedded_redis_start(const char *data_dir, const char *program,
                                               GError **error)
{
    return redis_embedded_start(data_dir, program, LOCK_WAIT_S, error);
}

void ytops_embedded_redis_stop(YtopsEmbeddedRedis *redis)
{
    if (redis == NULL)
        return;
    g_mutex_lock(&redis->mutex);
    redis->state = STOPPING;
    g_mutex_unlock(&redis->mutex);
    eventfd_write(redis->wake_fd, 1);
    g_thread_join(redis->supervisor);
    close(redis->wake_fd);
    redis_directory_close(redis->directory);
    g_mutex_clear(&redis->mutex);
    g_cond_clear(&redis->changed);
    g_clear_error(&redis->failure);
    g_free(redis->program);
    g_free(redis->url);
    g_free(redis);
}
