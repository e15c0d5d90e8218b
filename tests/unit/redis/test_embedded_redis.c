#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "embedded_case.h"
#include "redis/embedded_start.h"
#include "redis_patience.h"
#include "temporary_directory.h"
#include "ytops/embedded_redis.h"
#include "ytops/error.h"
#include "ytops/process.h"
#include "ytops/redis.h"

/* Also for a process that is not our child. */
static void assert_ends(int pidfd)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};

    g_assert_cmpint(poll(&end, 1, EMBEDDED_CASE_PATIENCE_MS), ==, 1);
    close(pidfd);
}

static int watch(int pid)
{
    int pidfd = pidfd_open(pid, 0);

    g_assert_cmpint(pidfd, >=, 0);
    return pidfd;
}

static void test_stop_keeps_data(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    YtopsEmbeddedRedis *first = embedded_case_start(data_dir);
    int pidfd = watch(ytops_embedded_redis_get_pid(first));
    g_autoptr(YtopsEmbeddedRedis) second = NULL;

    g_assert_cmpint(embedded_case_increment_once(first), ==, 1);
    ytops_embedded_redis_stop(first);
    assert_ends(pidfd);
    second = embedded_case_start(data_dir);
    g_assert_cmpint(embedded_case_increment_once(second), ==, 2);
}

static void test_killed_server_comes_back(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autoptr(YtopsEmbeddedRedis) redis = embedded_case_start(data_dir);
    g_autoptr(YtopsRedisPool) pool = embedded_case_pool_for(redis);
    int previous = 0;

    for (int round = 0; round < 3; round++) {
        int pid;

        g_assert_cmpint(embedded_case_increment_at_last(pool), ==, round + 1);
        pid = embedded_case_kill_server(redis);
        g_assert_cmpint(pid, !=, previous);
        previous = pid;
    }
}

typedef struct {
    YtopsRedisPool *pool;
    gint n_acknowledged;
    gint stop;
} Traffic;

static gpointer make_traffic(gpointer data)
{
    Traffic *traffic = data;

    while (!g_atomic_int_get(&traffic->stop)) {
        if (embedded_case_increment(traffic->pool) > 0)
            g_atomic_int_inc(&traffic->n_acknowledged);
        else
            g_usleep(1000);
    }
    return NULL;
}

static void wait_for_more(Traffic *traffic, gint n)
{
    gint64 deadline_us = g_get_monotonic_time() + EMBEDDED_CASE_PATIENCE_MS * 1000;
    gint wanted = g_atomic_int_get(&traffic->n_acknowledged) + n;

    while (g_atomic_int_get(&traffic->n_acknowledged) < wanted) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        g_usleep(500);
    }
}

static void test_killed_under_load(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autoptr(YtopsEmbeddedRedis) redis = embedded_case_start(data_dir);
    g_autoptr(YtopsRedisPool) pool = embedded_case_pool_for(redis);
    Traffic traffic = {.pool = pool};
    GThread *threads[16];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("traffic", make_traffic, &traffic);
    for (int round = 0; round < 3; round++) {
        wait_for_more(&traffic, 2000);
        embedded_case_kill_server(redis);
        wait_for_more(&traffic, 100);
    }
    g_atomic_int_set(&traffic.stop, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpint(embedded_case_increment_at_last(pool) - 1, >=, traffic.n_acknowledged);
}

static void test_stop_while_down(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    YtopsEmbeddedRedis *redis = embedded_case_start(data_dir);

    embedded_case_kill_server(redis);
    ytops_embedded_redis_stop(redis);
    ytops_embedded_redis_stop(embedded_case_start(data_dir));
    ytops_embedded_redis_stop(NULL);
}

static void test_second_start(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *pid = g_strdup_printf("pid %d ", (int)getpid());
    g_autoptr(YtopsEmbeddedRedis) redis = embedded_case_start(data_dir);

    embedded_case_assert_refused(data_dir, YTOPS_ERROR_INVALID_ARGUMENT, pid);
    g_assert_cmpint(embedded_case_increment_once(redis), ==, 1);
}

/* ---- another process, which is killed --------------------------------------------------- */

/* What this program does as "--hold DIR": starts one, prints the server's pid, waits to be killed. */
static int hold(const char *data_dir)
{
    YtopsEmbeddedRedis *redis = embedded_case_start(data_dir);

    printf("%d\n", ytops_embedded_redis_get_pid(redis));
    fflush(stdout);
    for (;;)
        pause();
    return 0;
}

static YtopsProcess *spawn_holder(const char *data_dir, int *redis_pid)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    const char *const argv[] = {self, "--hold", data_dir, NULL};
    g_autoptr(GError) error = NULL;
    YtopsProcess *holder = ytops_process_spawn(argv, NULL, NULL, YTOPS_PROCESS_STDOUT, &error);
    struct pollfd line = {.events = POLLIN};
    char text[32] = "";

    g_assert_no_error(error);
    line.fd = ytops_process_get_stdout(holder);
    g_assert_cmpint(poll(&line, 1, EMBEDDED_CASE_PATIENCE_MS), ==, 1);
    g_assert_cmpint(read(line.fd, text, sizeof text - 1), >, 0);
    *redis_pid = atoi(text);
    g_assert_cmpint(*redis_pid, >, 0);
    return holder;
}

/* kill -9 of the process: the server follows it, and the next start finds all data. */
static void test_killed_process(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *url = g_strconcat("unix://", data_dir, "/redis.sock", NULL);
    g_autoptr(YtopsRedisPool) pool = ytops_redis_pool_new(url, &REDIS_PATIENCE, NULL);
    int redis_pid;
    YtopsProcess *holder = spawn_holder(data_dir, &redis_pid);
    int pidfd = watch(redis_pid);
    g_autofree char *holder_pid = g_strdup_printf("pid %d ", ytops_process_get_pid(holder));
    g_autoptr(YtopsEmbeddedRedis) next = NULL;

    embedded_case_assert_refused(data_dir, YTOPS_ERROR_INVALID_ARGUMENT, holder_pid);
    for (int i = 1; i <= 1000; i++)
        g_assert_cmpint(embedded_case_increment(pool), ==, i);
    kill(ytops_process_get_pid(holder), SIGKILL);
    ytops_process_free(holder);
    next = embedded_case_start(data_dir);
    assert_ends(pidfd);
    g_assert_cmpint(embedded_case_increment_once(next), ==, 1001);
}

/* As a redis-server does that has outlived its process. */
static YtopsProcess *hold_server_lock(const char *data_dir, const char *seconds)
{
    g_autofree char *lock = g_build_filename(data_dir, "redis.lock", NULL);
    const char *const argv[] = {"flock", "--no-fork", lock, "sleep", seconds, NULL};
    const char *const try_lock[] = {"flock", "--nonblock", lock, "true", NULL};
    YtopsProcess *holder = ytops_process_spawn(argv, NULL, NULL, 0, NULL);
    int status = 0;

    while (status == 0) {
        g_autoptr(YtopsProcess) try = ytops_process_spawn(try_lock, NULL, NULL, 0, NULL);
        g_assert_true(ytops_process_wait(try, EMBEDDED_CASE_PATIENCE_MS, &status));
    }
    return holder;
}

static void test_waits_for_earlier_server(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autoptr(YtopsEmbeddedRedis) redis = NULL;
    g_autoptr(YtopsProcess) earlier = NULL;

    ytops_embedded_redis_stop(embedded_case_start(data_dir));
    earlier = hold_server_lock(data_dir, "0.7");
    redis = embedded_case_start(data_dir);
    g_assert_true(ytops_process_has_ended(earlier, NULL));
    g_assert_cmpint(embedded_case_increment_once(redis), ==, 1);
}

static void test_refuses_beside_earlier_server(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autoptr(YtopsProcess) earlier = NULL;
    g_autoptr(GError) error = NULL;

    ytops_embedded_redis_stop(embedded_case_start(data_dir));
    earlier = hold_server_lock(data_dir, "1000");
    g_assert_null(redis_embedded_start(data_dir, "redis-server", 1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "earlier run"));
}

int main(int argc, char **argv)
{
    if (argc == 3 && g_str_equal(argv[1], "--hold"))
        return hold(argv[2]);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redis/embedded/stop-ends-it-and-keeps-data", test_stop_keeps_data);
    g_test_add_func("/redis/embedded/killed-server-comes-back", test_killed_server_comes_back);
    g_test_add_func("/redis/embedded/kill-under-load-loses-no-acknowledged-call",
                    test_killed_under_load);
    g_test_add_func("/redis/embedded/stop-while-down", test_stop_while_down);
    g_test_add_func("/redis/embedded/second-start-is-refused", test_second_start);
    g_test_add_func("/redis/embedded/dies-with-a-killed-process", test_killed_process);
    g_test_add_func("/redis/embedded/waits-for-an-earlier-server", test_waits_for_earlier_server);
    g_test_add_func("/redis/embedded/never-runs-beside-an-earlier-server",
                    test_refuses_beside_earlier_server);
    return g_test_run();
}
