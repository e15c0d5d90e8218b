#include "incoming.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "media_name.h"
#include "ytops/error.h"
#include "ytops/log.h"

#define FOLDER ".incoming"

enum { ATTEMPTS = 5, DEEPEST = 8 };

struct Incoming {
    char *download_dir;
    char *path;
    char *media_dir;
    int lock_fd;
};

static gboolean fail(GError **error, const char *what, const char *path)
{
    int number = errno;

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "cannot %s '%s': %s; check --download-dir, its permissions and its free space",
                what, path, g_strerror(number));
    return FALSE;
}

/* Follows no symbolic link. FALSE where something stays. */
static gboolean remove_tree(int parent, const char *name, int depth)
{
    int fd;
    DIR *folder;
    struct dirent *entry;

    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return TRUE;
    if (depth == DEEPEST)
        return FALSE;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL)
        return FALSE;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(fd, entry->d_name, depth + 1);
    }
    closedir(folder);
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

/* The folder's lock; -1 where somebody else has it, or it is no folder. */
static int take_lock(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

void incoming_sweep(const char *download_dir)
{
    g_autofree char *parent = g_build_filename(download_dir, FOLDER, NULL);
    g_autoptr(GDir) folder = g_dir_open(parent, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(parent, name, NULL);
        int fd = take_lock(path);

        if (fd < 0)
            continue;
        if (!remove_tree(AT_FDCWD, path, 0))
            ytops_log_warning("lanes", "what a killed lane left cannot be removed", "path", path,
                              "error", g_strerror(errno), NULL);
        close(fd);
    }
}

/* FALSE where somebody swept it away between the two steps. */
static gboolean make_and_lock(Incoming *incoming, const char *pattern, GError **error)
{
    struct stat status;

    g_free(incoming->path);
    incoming->path = g_strdup(pattern);
    if (g_mkdtemp_full(incoming->path, 0700) == NULL) {
        g_clear_pointer(&incoming->path, g_free);
        return fail(error, "make the folder", pattern);
    }
    incoming->lock_fd = take_lock(incoming->path);
    if (incoming->lock_fd >= 0 && fstat(incoming->lock_fd, &status) == 0 && status.st_nlink > 0)
        return TRUE;
    if (incoming->lock_fd >= 0)
        close(incoming->lock_fd);
    incoming->lock_fd = -1;
    return fail(error, "lock the folder", incoming->path);
}

Incoming *incoming_new(const char *download_dir, const char *name, GError **error)
{
    g_autoptr(Incoming) incoming = g_new0(Incoming, 1);
    g_autofree char *parent = g_build_filename(download_dir, FOLDER, NULL);
    g_autofree char *pattern = g_strdup_printf("%s/%s-XXXXXX", parent, name);

    incoming->download_dir = g_strdup(download_dir);
    incoming->lock_fd = -1;
    if (g_mkdir_with_parents(parent, 0777) != 0) {
        fail(error, "make the folder", parent);
        return NULL;
    }
    for (guint i = 0; i < ATTEMPTS && incoming->lock_fd < 0; i++) {
        g_clear_error(error);
        make_and_lock(incoming, pattern, error);
    }
    if (incoming->lock_fd < 0)
        return NULL;
    incoming->media_dir = g_build_filename(incoming->path, "media", NULL);
    if (g_mkdir(incoming->media_dir, 0777) != 0) {
        fail(error, "make the folder", incoming->media_dir);
        return NULL;
    }
    return g_steal_pointer(&incoming);
}

void incoming_free(Incoming *incoming)
{
    if (incoming == NULL)
        return;
    if (incoming->path != NULL && !remove_tree(AT_FDCWD, incoming->path, 0))
        ytops_log_warning("lanes", "a download's folder cannot be removed", "path", incoming->path,
                          "error", g_strerror(errno), NULL);
    if (incoming->lock_fd >= 0)
        close(incoming->lock_fd);
    g_free(incoming->download_dir);
    g_free(incoming->path);
    g_free(incoming->media_dir);
    g_free(incoming);
}

const char *incoming_get_media_dir(const Incoming *incoming)
{
    return incoming->media_dir;
}

char *incoming_keep(const Incoming *incoming, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(incoming->path, name, NULL);
    g_autoptr(GError) cause = NULL;

    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, &cause))
        return g_steal_pointer(&path);
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "cannot write '%s': %s; check --download-dir and its free space", path,
                cause->message);
    return NULL;
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GPtrArray *incoming_list_media(const Incoming *incoming)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(incoming->media_dir, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(incoming->media_dir, name, NULL);
        struct stat status;

        if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
            g_ptr_array_add(files, g_steal_pointer(&path));
    }
    g_ptr_array_sort(files, compare_paths);
    return files;
}

static gboolean is_among(const GPtrArray *paths, const char *path)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)paths, path, g_str_equal, NULL);
}

/* An earlier run may have had another format, or more files. */
static void remove_earlier(const Incoming *incoming, const char *stem, const GPtrArray *kept)
{
    g_autoptr(GDir) folder = g_dir_open(incoming->download_dir, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *path = g_build_filename(incoming->download_dir, name, NULL);

        if (media_name_is_of(stem, name) && !is_among(kept, path))
            g_unlink(path);
    }
}

/* What a result names must be there after a power cut, too: the data before the name, then the name. */
static gboolean sync_path(const char *path, int flags, GError **error)
{
    int fd = open(path, flags | O_CLOEXEC);
    gboolean synced = fd >= 0 && fsync(fd) == 0;

    if (!synced)
        fail(error, "write to the disk", path);
    if (fd >= 0)
        close(fd);
    return synced;
}

GPtrArray *incoming_place(const Incoming *incoming, const GPtrArray *files, const char *stem,
                          GError **error)
{
    g_autoptr(GPtrArray) placed = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < files->len; i++) {
        const char *source = g_ptr_array_index(files, i);
        g_autofree char *name = media_name_file(stem, i, files->len, source);
        g_autofree char *target = g_build_filename(incoming->download_dir, name, NULL);

        if (!sync_path(source, O_RDONLY | O_NOFOLLOW, error))
            return NULL;
        if (rename(source, target) != 0) {
            fail(error, "move a finished file to", target);
            return NULL;
        }
        g_ptr_array_add(placed, g_steal_pointer(&target));
    }
    remove_earlier(incoming, stem, placed);
    if (!sync_path(incoming->download_dir, O_RDONLY | O_DIRECTORY, error))
        return NULL;
    return g_steal_pointer(&placed);
}
