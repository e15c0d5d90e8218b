#include "temporary_directory.h"

#include <glib/gstdio.h>

struct TemporaryDirectory {
    char *path;
};

/* Not g_get_tmp_dir(): a long TMPDIR would not leave room for a socket's name. */
TemporaryDirectory *temporary_directory_new(void)
{
    TemporaryDirectory *directory = g_new0(TemporaryDirectory, 1);

    directory->path = g_strdup("/tmp/ytops-test-XXXXXX");
    g_assert_nonnull(g_mkdtemp(directory->path));
    return directory;
}

char *temporary_directory_path(const TemporaryDirectory *directory, const char *name)
{
    return name == NULL ? g_strdup(directory->path) : g_build_filename(directory->path, name, NULL);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) directory = NULL;
    const char *name;

    if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
        directory = g_dir_open(path, 0, NULL);
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

void temporary_directory_remove(TemporaryDirectory *directory)
{
    if (directory == NULL)
        return;
    remove_tree(directory->path);
    g_free(directory->path);
    g_free(directory);
}
