#include "redis_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "redis_url.h"
#include "ytops/error.h"
#include "ytops/log.h"

struct RedisDirectory {
    char *path;
    int path_fd;
    int lock_fd;
};

/*
 * appendfsync: with everysec, Redis answers before it has written while a sync is going on, and
 * what it acknowledged then is lost when it is killed. With no, it always writes first, and
 * redis_directory_sync() does the syncing once a second.
 */
static const char config[] = "port 0\n"
                             "unixsocket redis.sock\n"
                             "unixsocketperm 700\n"
                             "dir .\n"
                             "appendonly yes\n"
                             "appendfsync no\n"
                             "save \"\"\n"
                             "daemonize no\n"
                             "supervised no\n"
                             "pidfile redis.pid\n"
                             "logfile \"\"\n"
                             "loglevel warning\n"
                             "always-show-logo no\n";

static gboolean refuse(GError **error, const char *path, const char *what, const char *advice)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "the data directory '%s' cannot hold the embedded Redis: %s; %s", path, what,
                advice);
    return FALSE;
}

static gboolean refuse_errno(GError **error, const char *path, const char *step)
{
    g_autofree char *what = g_strdup_printf("%s: %s", step, g_strerror(errno));

    return refuse(error, path, what, "give another --data-dir or its owner's rights to this user");
}

static gboolean is_empty_or_ours(const char *path)
{
    g_autofree char *conf = g_build_filename(path, REDIS_DIRECTORY_CONFIG, NULL);
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);

    return g_file_test(conf, G_FILE_TEST_IS_REGULAR) ||
           (entries != NULL && g_dir_read_name(entries) == NULL);
}

/* A directory that holds other things, /tmp for one, is never closed to the others who use it. */
static gboolean make_private(const char *path, GError **error)
{
    struct stat status;

    if (g_mkdir_with_parents(path, 0700) < 0)
        return refuse_errno(error, path, "it cannot be created");
    if (stat(path, &status) < 0)
        return refuse_errno(error, path, "it cannot be looked at");
    if ((status.st_mode & 0077) == 0)
        return TRUE;
    if (!is_empty_or_ours(path))
        return refuse(error, path, "it is open to other users and holds other files",
                      "give a directory of its own, or close this one with chmod 700");
    return chmod(path, 0700) == 0 || refuse_errno(error, path, "it cannot be made private");
}

static int read_pid(const char *path)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? atoi(text) : 0;
}

static gboolean refuse_locked(GError **error, const char *path, const char *lock_path)
{
    g_autofree char *what =
        g_strdup_printf("the process with pid %d runs one in it already", read_pid(lock_path));

    return refuse(error, path, what, "end that process or give another --data-dir");
}

static gboolean write_pid(int fd)
{
    g_autofree char *text = g_strdup_printf("%d\n", (int)getpid());

    return ftruncate(fd, 0) == 0 && pwrite(fd, text, strlen(text), 0) == (gssize)strlen(text);
}

static gboolean take_lock(RedisDirectory *directory, GError **error)
{
    g_autofree char *lock_path = g_build_filename(directory->path, "lock", NULL);

    directory->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (directory->lock_fd < 0)
        return refuse_errno(error, directory->path, "its lock file cannot be opened");
    if (flock(directory->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? refuse_locked(error, directory->path, lock_path)
                                    : refuse_errno(error, directory->path, "it cannot be locked");
    return write_pid(directory->lock_fd) ||
           refuse_errno(error, directory->path, "its lock file cannot be written");
}

static gboolean write_config(const RedisDirectory *directory, GError **error)
{
    g_autofree char *path = g_build_filename(directory->path, REDIS_DIRECTORY_CONFIG, NULL);
    g_autoptr(GError) cause = NULL;

    if (g_file_set_contents_full(path, config, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &cause))
        return TRUE;
    return refuse(error, directory->path, cause->message, "make room or give another --data-dir");
}

RedisDirectory *redis_directory_open(const char *path, GError **error)
{
    g_autoptr(RedisDirectory) directory = g_new0(RedisDirectory, 1);

    directory->path = g_canonicalize_filename(path, NULL);
    directory->lock_fd = -1;
    directory->path_fd = -1;
    if (!make_private(directory->path, error))
        return NULL;
    directory->path_fd = open(directory->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory->path_fd < 0) {
        refuse_errno(error, directory->path, "it cannot be opened");
        return NULL;
    }
    if (!take_lock(directory, error) || !write_config(directory, error))
        return NULL;
    return g_steal_pointer(&directory);
}

void redis_directory_close(RedisDirectory *directory)
{
    if (directory == NULL)
        return;
    if (directory->lock_fd >= 0)
        close(directory->lock_fd);
    if (directory->path_fd >= 0)
        close(directory->path_fd);
    g_free(directory->path);
    g_free(directory);
}

const char *redis_directory_get_path(const RedisDirectory *directory)
{
    return directory->path;
}

/* A path that is too long for a socket's address has a short name by way of our descriptor of it.
 */
char *redis_directory_make_url(const RedisDirectory *directory)
{
    g_autofree char *path = g_build_filename(directory->path, "redis.sock", NULL);
    g_autofree char *escaped = NULL;

    if (strlen(path) > REDIS_URL_MAX_SOCKET_PATH) {
        g_free(path);
        path = g_strdup_printf("/proc/%d/fd/%d/redis.sock", (int)getpid(), directory->path_fd);
    }
    escaped = g_uri_escape_string(path, "/", FALSE);
    return g_strconcat("unix://", escaped, NULL);
}

int redis_directory_read_server_pid(const RedisDirectory *directory)
{
    g_autofree char *path = g_build_filename(directory->path, "redis.pid", NULL);

    return read_pid(path);
}

static void sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return; /* Redis removes a file after it has written a new one. */
    if (fdatasync(fd) < 0)
        ytops_log_warning("redis", "The append-only file cannot be brought to the disk", "path",
                          path, "reason", g_strerror(errno), NULL);
    close(fd);
}

void redis_directory_sync(const RedisDirectory *directory)
{
    g_autofree char *path = g_build_filename(directory->path, "appendonlydir", NULL);
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    const char *name;

    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        sync_file(file);
    }
}
