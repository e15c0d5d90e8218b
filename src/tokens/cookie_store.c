#include "cookie_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cookie_jar.h"
#include "ytops/error.h"

enum {
    LOCK_TRIES = 500,
    LOCK_PAUSE_US = 10 * 1000,
};

struct CookieStore {
    char *dir;
};

struct CookieCopy {
    char *folder;
    char *path;
    char *account_path;
    CookieJar *before;
};

CookieStore *cookie_store_new(const char *dir, GError **error)
{
    CookieStore *store;

    if (!g_file_test(dir, G_FILE_TEST_IS_DIR) || g_access(dir, R_OK | X_OK) != 0) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "cookies folder '%s' is no folder that can be read; make it, or leave "
                    "--cookies-dir out",
                    dir);
        return NULL;
    }
    store = g_new0(CookieStore, 1);
    store->dir = g_strdup(dir);
    return store;
}

void cookie_store_free(CookieStore *store)
{
    if (store == NULL)
        return;
    g_free(store->dir);
    g_free(store);
}

static void set_io_error(GError **error, const char *doing, const char *path, const char *cause)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "cannot %s '%s': %s; check that the server may read and write the cookies folder",
                doing, path, cause);
}

/* An empty jar where there is no such file. */
static CookieJar *read_jar(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;
    gsize length = 0;

    if (g_file_get_contents(path, &text, &length, &cause))
        return cookie_jar_parse(text, (gssize)length, path, error);
    if (g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return cookie_jar_new();
    set_io_error(error, "read the cookie file", path, cause->message);
    return NULL;
}

static gboolean write_all(int fd, const char *text)
{
    gsize left = strlen(text);

    while (left > 0) {
        gssize written = write(fd, text, left);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        text += written;
        left -= (gsize)written;
    }
    return fsync(fd) == 0;
}

/* Replaces the file in one step; it keeps its mode, and a new one is for its owner alone. */
static gboolean replace_file(const char *path, const char *text, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *temporary = g_build_filename(folder, ".cookies-XXXXXX", NULL);
    struct stat old;
    int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);
    int failure = errno;
    gboolean written;

    if (fd < 0) {
        set_io_error(error, "write a file in", folder, g_strerror(failure));
        return FALSE;
    }
    written = write_all(fd, text) && (stat(path, &old) != 0 || fchmod(fd, old.st_mode & 0777) == 0);
    written = close(fd) == 0 && written;
    if (written && g_rename(temporary, path) == 0)
        return TRUE;
    failure = errno;
    g_unlink(temporary);
    set_io_error(error, "replace the cookie file", path, g_strerror(failure));
    return FALSE;
}

static CookieCopy *copy_new(CookieStore *store, const char *account_id, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *folder = g_dir_make_tmp("ytdlp-ops-XXXXXX", &cause);
    g_autofree char *name = g_strdup_printf("%s.txt", account_id);
    CookieCopy *copy;

    if (folder == NULL) {
        set_io_error(error, "make a private folder in", g_get_tmp_dir(), cause->message);
        return NULL;
    }
    copy = g_new0(CookieCopy, 1);
    copy->folder = g_steal_pointer(&folder);
    copy->path = g_build_filename(copy->folder, "cookies.txt", NULL);
    copy->account_path = g_build_filename(store->dir, name, NULL);
    return copy;
}

CookieCopy *cookie_store_open(CookieStore *store, const char *account_id, GError **error)
{
    g_autoptr(CookieCopy) copy = copy_new(store, account_id, error);
    g_autofree char *text = NULL;

    if (copy == NULL)
        return NULL;
    copy->before = read_jar(copy->account_path, error);
    if (copy->before == NULL)
        return NULL;
    text = cookie_jar_to_string(copy->before);
    if (!replace_file(copy->path, text, error))
        return NULL;
    return g_steal_pointer(&copy);
}

void cookie_copy_free(CookieCopy *copy)
{
    if (copy == NULL)
        return;
    g_unlink(copy->path);
    g_rmdir(copy->folder);
    cookie_jar_free(copy->before);
    g_free(copy->folder);
    g_free(copy->path);
    g_free(copy->account_path);
    g_free(copy);
}

const char *cookie_copy_get_path(const CookieCopy *copy)
{
    return copy->path;
}

gboolean cookie_copy_read(CookieCopy *copy, char **text, GError **error)
{
    g_autoptr(CookieJar) after = read_jar(copy->path, error);

    if (after == NULL)
        return FALSE;
    *text = cookie_jar_count(after) > 0 ? cookie_jar_to_string(after) : NULL;
    return TRUE;
}

/* Not a plain blocking flock: a process that is stopped while it holds the lock must not stop us. */
static int lock(CookieStore *store, GError **error)
{
    g_autofree char *path = g_build_filename(store->dir, ".lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        set_io_error(error, "open the lock file", path, g_strerror(errno));
        return -1;
    }
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        g_usleep(LOCK_PAUSE_US);
    }
    set_io_error(error, "lock", path, g_strerror(errno));
    close(fd);
    return -1;
}

static gboolean merge_locked(CookieCopy *copy, const CookieJar *after, GError **error)
{
    g_autoptr(CookieJar) current = read_jar(copy->account_path, error);
    g_autoptr(CookieJar) merged = NULL;
    g_autofree char *text = NULL;

    if (current == NULL)
        return FALSE;
    merged = cookie_jar_merge(current, copy->before, after);
    if (cookie_jar_equal(current, merged))
        return TRUE;
    text = cookie_jar_to_string(merged);
    return replace_file(copy->account_path, text, error);
}

gboolean cookie_store_merge(CookieStore *store, CookieCopy *copy, GError **error)
{
    g_autoptr(CookieJar) after = read_jar(copy->path, error);
    gboolean merged;
    int fd;

    if (after == NULL)
        return FALSE;
    if (cookie_jar_equal(copy->before, after))
        return TRUE;
    fd = lock(store, error);
    if (fd < 0)
        return FALSE;
    merged = merge_locked(copy, after, error);
    close(fd);
    return merged;
}
