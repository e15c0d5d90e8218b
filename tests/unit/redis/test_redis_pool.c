#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redis/redis_pool.h"
#include "redis_fixture.h"
#include "ytops/error.h"
#include "ytops/redis.h"

#define N_THREADS 64
#define N_INCREMENTS 200

static YtopsRedisPool *pool_new(const char *url, guint max_connections, guint timeout_ms)
{
    const YtopsRedisPoolOptions options = {.max_connections = max_connections,
                                           .timeout_ms = timeout_ms};
    g_autoptr(GError) error = NULL;
    YtopsRedisPool *pool = ytops_redis_pool_new(url, &options, &error);

    g_assert_no_error(error);
    return pool;
}

static gint64 number_from(YtopsRedisPool *pool, const char *command, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(pool, &error, command, key, NULL);

    g_assert_no_error(error);
    return ytops_redis_reply_int(reply, -1);
}

/* A field of INFO. */
static gint64 info_of(YtopsRedisPool *pool, const char *field)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(pool, NULL, "INFO", NULL);
    g_autofree char *label = g_strdup_printf("\n%s:", field);
    const char *at = strstr(ytops_redis_reply_string(reply), label);

    g_assert_nonnull(at);
    return g_ascii_strtoll(at + strlen(label), NULL, 10);
}

static gpointer increment(gpointer data)
{
    for (int i = 0; i < N_INCREMENTS; i++)
        g_assert_cmpint(number_from(data, "INCR", "counter"), >, 0);
    return NULL;
}

static void run_threads(GThreadFunc function, gpointer data)
{
    GThread *threads[N_THREADS];

    for (int i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new("caller", function, data);
    for (int i = 0; i < N_THREADS; i++)
        g_thread_join(threads[i]);
}

static void test_many_threads(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 4, 20000);
    gint64 before = info_of(pool, "total_connections_received");

    run_threads(increment, pool);
    g_assert_cmpint(number_from(pool, "GET", "counter"), ==, N_THREADS * N_INCREMENTS);
    g_assert_cmpint(info_of(pool, "total_connections_received") - before, ==, 3);
    g_assert_cmpint(info_of(pool, "connected_clients"), ==, 4);
}

/* All connections in use is told apart from a Redis that is away, and does not close the gate. */
static void test_exhausted(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 1, 50);
    RedisConnection *held = redis_pool_acquire(pool, NULL);
    g_autoptr(GError) error = NULL;
    gint64 start_us = g_get_monotonic_time();

    g_assert_false(ytops_redis_ping(pool, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "all 1 connections"));
    g_assert_cmpint(g_get_monotonic_time() - start_us, >=, 50 * 1000);
    redis_pool_release(pool, held);
    g_assert_true(ytops_redis_ping(pool, NULL));
}

/* A connection from before a loss is closed when it is given back, and never counted again. */
static void test_generations(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 2, 50);
    g_autoptr(YtopsRedisPool) other = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(GError) reason = g_error_new(YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE, "test");
    RedisConnection *old = redis_pool_acquire(pool, NULL);
    RedisConnection *lost = redis_pool_acquire(pool, NULL);
    RedisConnection *held[2];

    redis_pool_lose(pool, lost, reason);
    for (int i = 0; i < 2; i++)
        g_assert_nonnull(held[i] = redis_pool_acquire(pool, NULL));
    g_assert_null(redis_pool_acquire(pool, NULL));
    redis_pool_release(pool, old);
    g_assert_null(redis_pool_acquire(pool, NULL));
    g_assert_cmpint(info_of(other, "connected_clients"), ==, 3);
    redis_pool_discard(pool, held[0]);
    redis_pool_release(pool, held[1]);
    g_assert_true(ytops_redis_ping(pool, NULL));
    g_assert_cmpint(info_of(other, "connected_clients"), ==, 2);
}

/* What the server says before it closes is the reason, not the closing. */
static void test_too_many_clients(void)
{
    const char *const arguments[] = {"--maxclients", "1", NULL};
    g_autoptr(RedisFixture) fixture = redis_fixture_start_with(arguments);
    g_autoptr(YtopsRedisPool) first = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(YtopsRedisPool) second = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(GError) error = NULL;

    g_assert_true(ytops_redis_ping(first, NULL));
    g_assert_false(ytops_redis_ping(second, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "max number of clients"));
}

static gpointer ping(gpointer data)
{
    return GINT_TO_POINTER(ytops_redis_ping(data, NULL));
}

static void test_waiter_gets_the_slot(gboolean discard)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 1, 20000);
    RedisConnection *held = redis_pool_acquire(pool, NULL);
    GThread *waiter = g_thread_new("waiter", ping, pool);
    gint64 start_us = g_get_monotonic_time();

    if (discard)
        redis_pool_discard(pool, held);
    else
        redis_pool_release(pool, held);
    g_assert_true(GPOINTER_TO_INT(g_thread_join(waiter)));
    g_assert_cmpint(g_get_monotonic_time() - start_us, <, 10 * G_USEC_PER_SEC);
}

static void test_release_wakes(void)
{
    test_waiter_gets_the_slot(FALSE);
}

static void test_discard_wakes(void)
{
    test_waiter_gets_the_slot(TRUE);
}

static void occupy(YtopsRedisPool *pool, RedisConnection **held, int n)
{
    for (int i = 0; i < n; i++)
        g_assert_nonnull(held[i] = redis_pool_acquire(pool, NULL));
    for (int i = 0; i < n; i++)
        redis_pool_release(pool, held[i]);
}

static guint count_open_files(void)
{
    g_autoptr(GDir) descriptors = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;

    while (g_dir_read_name(descriptors) != NULL)
        n++;
    return n;
}

/* The server closes idle connections, by its timeout setting or a restart: nobody notices. */
static void test_closed_while_idle(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 8, 30000);
    g_autoptr(YtopsRedisPool) other = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(YtopsRedisReply) killed = NULL;
    RedisConnection *held[8];
    guint n_files;

    occupy(pool, held, 8);
    n_files = count_open_files();
    killed = ytops_redis_command(other, NULL, "CLIENT", "KILL", "TYPE", "normal", NULL);
    g_assert_cmpint(ytops_redis_reply_int(killed, 0), ==, 8);
    g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, 1);
    /* The first one that was found dead took the others with it; `other` has one by now. */
    g_assert_cmpuint(count_open_files(), ==, n_files - 8 + 2);
    for (int i = 1; i < 8; i++)
        g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, i + 1);
    g_assert_cmpint(info_of(pool, "connected_clients"), ==, 2);
}

static void test_restart_while_idle(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 8, 30000);
    RedisConnection *held[8];

    occupy(pool, held, 8);
    g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, 1);
    redis_fixture_restart(fixture);
    for (int i = 1; i <= 20; i++)
        g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, i + 1);
}

/* A message that nobody asked for would be taken for the next command's reply. */
static void test_unasked_message(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autoptr(YtopsRedisPool) pool = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(YtopsRedisPool) other = pool_new(redis_fixture_url(fixture), 1, 30000);
    g_autoptr(YtopsRedisReply) subscribed =
        ytops_redis_command(pool, NULL, "SUBSCRIBE", "news", NULL);
    g_autoptr(YtopsRedisReply) published =
        ytops_redis_command(other, NULL, "PUBLISH", "news", "x", NULL);

    g_assert_cmpint(ytops_redis_reply_int(published, 0), ==, 1);
    /* By the end of one more round the server has written what PUBLISH made. */
    g_assert_true(ytops_redis_ping(other, NULL));
    g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, 1);
}

static const struct {
    const char *user_info;
    const char *fault; /* NULL: it works */
} credentials[] = {
    {":geheim@", NULL},           {"default:geheim@", NULL},
    {"ann:p%40ss%20w@", NULL},    {"ann:p@ss w@", NULL},
    {":wrong@", "WRONGPASS"},     {"ann:geheim@", "WRONGPASS"},
    {"bob:geheim@", "WRONGPASS"}, {"", "NOAUTH"},
};

/* Keeps a port of the kernel's choice from everybody but a server that sets SO_REUSEADDR. */
static int reserve_port(char text[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    g_snprintf(text, 8, "%u", ntohs(address.sin_port));
    return fd;
}

static void check_credentials(const char *user_info, const char *port, const char *fault)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strdup_printf("redis://%s127.0.0.1:%s", user_info, port);
    g_autoptr(YtopsRedisPool) pool = pool_new(url, 1, 30000);
    gboolean answered = ytops_redis_ping(pool, &error);

    g_assert_null(strstr(ytops_redis_pool_get_display_url(pool), "geheim"));
    if (fault == NULL) {
        g_assert_no_error(error);
        return;
    }
    g_assert_false(answered);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, fault));
    g_assert_nonnull(strstr(error->message, "refused authentication"));
    g_assert_null(strstr(error->message, "geheim"));
    g_assert_null(strstr(error->message, "wrong@"));
}

static void test_authentication(void)
{
    char port[8];
    int reserved = reserve_port(port);
    const char *const arguments[] = {"--port", port,     "--bind", "127.0.0.1", "--requirepass",
                                     "geheim", "--user", "ann",    "on",        ">p@ss w",
                                     "~*",     "+@all",  NULL};
    g_autoptr(RedisFixture) fixture = redis_fixture_start_with(arguments);

    for (gsize i = 0; i < G_N_ELEMENTS(credentials); i++)
        check_credentials(credentials[i].user_info, port, credentials[i].fault);
    close(reserved);
}

static void test_authentication_on_unix_socket(void)
{
    const char *const arguments[] = {"--requirepass", "geheim", NULL};
    g_autoptr(RedisFixture) fixture = redis_fixture_start_with(arguments);
    g_autofree char *url = g_strconcat(redis_fixture_url(fixture), "?password=geheim&db=3", NULL);
    g_autoptr(YtopsRedisPool) pool = pool_new(url, 1, 30000);

    g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, 1);
    g_assert_null(strstr(ytops_redis_pool_get_display_url(pool), "geheim"));
}

/* A password that the server does not have is the operator's mistake, and is not passed over. */
static void test_password_without_need(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autofree char *url = g_strconcat(redis_fixture_url(fixture), "?password=geheim", NULL);
    g_autoptr(YtopsRedisPool) pool = pool_new(url, 1, 30000);
    g_autoptr(GError) error = NULL;

    g_assert_false(ytops_redis_ping(pool, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "refused authentication"));
}

/* localhost can be ::1 first, where nobody listens. */
static void test_host_name(void)
{
    char port[8];
    int reserved = reserve_port(port);
    const char *const arguments[] = {"--port", port, "--bind", "127.0.0.1", NULL};
    g_autoptr(RedisFixture) fixture = redis_fixture_start_with(arguments);
    g_autofree char *url = g_strdup_printf("redis://localhost:%s", port);
    g_autoptr(YtopsRedisPool) pool = pool_new(url, 1, 30000);

    g_assert_cmpint(number_from(pool, "INCR", "counter"), ==, 1);
    close(reserved);
}

static void test_nobody_listens(void)
{
    char port[8];
    int reserved = reserve_port(port);
    g_autofree char *url = g_strdup_printf("redis://:geheim@127.0.0.1:%s", port);
    g_autoptr(YtopsRedisPool) pool = pool_new(url, 1, 30000);
    g_autoptr(GError) error = NULL;

    g_assert_false(ytops_redis_ping(pool, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "refused"));
    g_assert_nonnull(strstr(error->message, port));
    g_assert_null(strstr(error->message, "geheim"));
    close(reserved);
}

static void test_database(void)
{
    g_autoptr(RedisFixture) fixture = redis_fixture_start();
    g_autofree char *second = g_strconcat(redis_fixture_url(fixture), "?db=2", NULL);
    g_autofree char *none = g_strconcat(redis_fixture_url(fixture), "?db=16", NULL);
    g_autoptr(YtopsRedisPool) in_0 = pool_new(redis_fixture_url(fixture), 2, 30000);
    g_autoptr(YtopsRedisPool) in_2 = pool_new(second, 2, 30000);
    g_autoptr(YtopsRedisPool) in_16 = pool_new(none, 2, 30000);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(number_from(in_0, "INCR", "counter"), ==, 1);
    g_assert_cmpint(number_from(in_2, "INCR", "counter"), ==, 1);
    g_assert_false(ytops_redis_ping(in_16, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_REDIS_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "SELECT"));
}

static void test_bad_url(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_redis_pool_new("redis://:geheim@", NULL, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_null(strstr(error->message, "geheim"));
    ytops_redis_pool_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redis/pool/64-threads-over-4-connections-lose-nothing", test_many_threads);
    g_test_add_func("/redis/pool/all-in-use-fails-after-the-timeout", test_exhausted);
    g_test_add_func("/redis/pool/older-connections-do-not-come-back", test_generations);
    g_test_add_func("/redis/pool/too-many-clients-is-the-reason", test_too_many_clients);
    g_test_add_func("/redis/pool/release-wakes-a-waiter", test_release_wakes);
    g_test_add_func("/redis/pool/discard-wakes-a-waiter", test_discard_wakes);
    g_test_add_func("/redis/pool/closed-while-idle-costs-no-call", test_closed_while_idle);
    g_test_add_func("/redis/pool/restart-while-idle-costs-no-call", test_restart_while_idle);
    g_test_add_func("/redis/pool/unasked-message-is-no-reply", test_unasked_message);
    g_test_add_func("/redis/pool/authenticates", test_authentication);
    g_test_add_func("/redis/pool/authenticates-on-a-unix-socket",
                    test_authentication_on_unix_socket);
    g_test_add_func("/redis/pool/password-without-need-is-told", test_password_without_need);
    g_test_add_func("/redis/pool/host-name-with-two-addresses", test_host_name);
    g_test_add_func("/redis/pool/nobody-listens", test_nobody_listens);
    g_test_add_func("/redis/pool/selects-its-database", test_database);
    g_test_add_func("/redis/pool/bad-url-is-refused", test_bad_url);
    return g_test_run();
}
