/* Where the embedded Redis lives and what runs there. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "embedded_case.h"
#include "temporary_directory.h"

static char *config_of(YtopsRedisPool *pool, const char *name)
{
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(pool, NULL, "CONFIG", "GET", name, NULL);

    return g_strdup(ytops_redis_reply_string(ytops_redis_reply_at(reply, 1)));
}

static guint mode_of(const char *path)
{
    struct stat status;

    g_assert_cmpint(stat(path, &status), ==, 0);
    return status.st_mode & 0777;
}

static void test_private(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "made/by/start");
    g_autofree char *socket = g_build_filename(data_dir, "redis.sock", NULL);
    g_autoptr(YtopsEmbeddedRedis) redis = embedded_case_start(data_dir);
    g_autoptr(YtopsRedisPool) pool = embedded_case_pool_for(redis);
    g_autofree char *port = config_of(pool, "port");
    g_autofree char *appendonly = config_of(pool, "appendonly");
    g_autofree char *save = config_of(pool, "save");

    g_assert_cmpint(embedded_case_increment(pool), ==, 1);
    g_assert_cmpuint(mode_of(data_dir), ==, 0700);
    g_assert_cmpuint(mode_of(socket), ==, 0700);
    g_assert_cmpstr(port, ==, "0");
    g_assert_cmpstr(appendonly, ==, "yes");
    g_assert_cmpstr(save, ==, "");
}

static const char tell_secret[] = "#!/bin/sh\necho \"secret=[$YTDLP_OPS_TEST_SECRET]\"\n";

/* A program in redis-server's place sees nothing of this process' environment. */
static void test_no_secrets(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *program = temporary_directory_path(temporary, "program");
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(g_getenv("YTDLP_OPS_TEST_SECRET"), ==, "geheim");
    g_assert_true(
        g_file_set_contents_full(program, tell_secret, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    g_assert_null(ytops_embedded_redis_start(data_dir, program, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "exit status 0"));
    g_assert_nonnull(strstr(error->message, "secret=[]"));
}

static const char *const awkward_names[] = {
    "with space",
    "100%?db=7&password=x#",
    "\"quo'te\\",
    "h\xc3\xa9llo",
    "@host:1",
    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii"
    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiii"};

static void test_awkward_paths(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();

    for (gsize i = 0; i < G_N_ELEMENTS(awkward_names); i++) {
        g_autofree char *data_dir = temporary_directory_path(temporary, awkward_names[i]);
        g_autoptr(YtopsEmbeddedRedis) redis = embedded_case_start(data_dir);
        g_autoptr(YtopsRedisPool) pool = embedded_case_pool_for(redis);

        g_assert_cmpint(embedded_case_increment(pool), ==, 1);
        embedded_case_kill_server(redis);
        g_assert_cmpint(embedded_case_increment_at_last(pool), ==, 2);
    }
}

static void test_relative_path(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *root = temporary_directory_path(temporary, NULL);
    g_autofree char *here = g_get_current_dir();
    YtopsEmbeddedRedis *redis;

    g_assert_cmpint(chdir(root), ==, 0);
    redis = embedded_case_start("relative");
    g_assert_cmpint(chdir(here), ==, 0);
    g_assert_cmpint(embedded_case_increment_once(redis), ==, 1);
    ytops_embedded_redis_stop(redis);
}

static void test_open_directory(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *other = temporary_directory_path(temporary, "d/somebody's");

    g_assert_cmpint(g_mkdir(data_dir, 0755), ==, 0);
    ytops_embedded_redis_stop(embedded_case_start(data_dir));
    g_assert_cmpuint(mode_of(data_dir), ==, 0700);
    g_assert_cmpint(chmod(data_dir, 0755), ==, 0);
    ytops_embedded_redis_stop(embedded_case_start(data_dir));
    g_assert_cmpuint(mode_of(data_dir), ==, 0700);
    g_assert_true(g_file_set_contents(other, "x", 1, NULL));
    ytops_embedded_redis_stop(embedded_case_start(data_dir));
}

static void test_somebody_elses_directory(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *other = temporary_directory_path(temporary, "d/other");
    g_autofree char *below = temporary_directory_path(temporary, "d/other/below");

    g_assert_cmpint(g_mkdir(data_dir, 0755), ==, 0);
    g_assert_true(g_file_set_contents(other, "x", 1, NULL));
    embedded_case_assert_refused(data_dir, YTOPS_ERROR_INVALID_ARGUMENT, "chmod 700");
    g_assert_cmpuint(mode_of(data_dir), ==, 0755);
    embedded_case_assert_refused(other, YTOPS_ERROR_INVALID_ARGUMENT, "directory");
    embedded_case_assert_refused(below, YTOPS_ERROR_INVALID_ARGUMENT, "cannot be created");
    embedded_case_assert_refused("/proc/nothing", YTOPS_ERROR_INVALID_ARGUMENT,
                                 "cannot be created");
}

/* Its own words say what is wrong with its file. */
static void test_damaged_file(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *manifest =
        temporary_directory_path(temporary, "d/appendonlydir/appendonly.aof.manifest");

    ytops_embedded_redis_stop(embedded_case_start(data_dir));
    g_assert_true(g_file_set_contents(manifest, "no manifest\n", -1, NULL));
    embedded_case_assert_refused(data_dir, YTOPS_ERROR_INTERNAL, "AOF manifest");
}

static void assert_program_fails(const char *data_dir, const char *program, const char *names)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_embedded_redis_start(data_dir, program, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, names));
}

static void test_program(void)
{
    g_autoptr(TemporaryDirectory) temporary = temporary_directory_new();
    g_autofree char *data_dir = temporary_directory_path(temporary, "d");
    g_autofree char *path = g_find_program_in_path("redis-server");
    YtopsEmbeddedRedis *redis;

    assert_program_fails(data_dir, "no-such-redis", "'no-such-redis'");
    assert_program_fails(data_dir, "./redis-server", "'./redis-server'");
    assert_program_fails(data_dir, "false", "exit status 1");
    assert_program_fails(data_dir, "cat", "always-show-logo no");
    redis = ytops_embedded_redis_start(data_dir, path, NULL);
    g_assert_nonnull(redis);
    ytops_embedded_redis_stop(redis);
}

int main(int argc, char **argv)
{
    g_setenv("YTDLP_OPS_TEST_SECRET", "geheim", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redis/embedded/is-private", test_private);
    g_test_add_func("/redis/embedded/gets-no-secrets", test_no_secrets);
    g_test_add_func("/redis/embedded/awkward-and-long-paths", test_awkward_paths);
    g_test_add_func("/redis/embedded/relative-path", test_relative_path);
    g_test_add_func("/redis/embedded/open-directory-is-made-private", test_open_directory);
    g_test_add_func("/redis/embedded/used-directory-is-left-alone", test_somebody_elses_directory);
    g_test_add_func("/redis/embedded/damaged-file-is-explained", test_damaged_file);
    g_test_add_func("/redis/embedded/program-that-cannot-run-is-named", test_program);
    return g_test_run();
}
