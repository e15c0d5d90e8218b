#include "work/incoming.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary_directory.h"
#include "ytops/error.h"

static TemporaryDirectory *folder;

static char *in_folder(const char *name)
{
    return temporary_directory_path(folder, name);
}

static void write_file(const char *directory, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_holds(const char *name, const char *text)
{
    g_autofree char *path = in_folder(name);
    g_autofree char *found = NULL;

    g_file_get_contents(path, &found, NULL, NULL);
    g_assert_cmpstr(found, ==, text);
}

static guint count_incoming(void)
{
    g_autofree char *path = in_folder(".incoming");
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    guint n = 0;

    while (directory != NULL && g_dir_read_name(directory) != NULL)
        n++;
    return n;
}

static Incoming *make(void)
{
    g_autofree char *path = in_folder(NULL);
    Incoming *incoming = incoming_new(path, "lane", NULL);

    g_assert_nonnull(incoming);
    return incoming;
}

static void finished_files_are_moved_and_the_folder_goes(void)
{
    g_autoptr(Incoming) incoming = make();
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GPtrArray) placed = NULL;

    write_file(incoming_get_media_dir(incoming), "x.mp4", "media");
    files = incoming_list_media(incoming);
    g_assert_cmpuint(files->len, ==, 1);
    placed = incoming_place(incoming, files, "stem-1", NULL);
    g_assert_cmpuint(placed->len, ==, 1);
    assert_holds("stem-1.mp4", "media");
    g_clear_pointer(&incoming, incoming_free);
    g_assert_cmpuint(count_incoming(), ==, 0);
}

static void an_earlier_run_is_replaced_and_strangers_stay(void)
{
    g_autofree char *path = in_folder(NULL);
    g_autoptr(Incoming) incoming = make();
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GPtrArray) placed = NULL;

    write_file(path, "own.webm", "earlier, in another format");
    write_file(path, "own.001.mp4", "earlier, one of several");
    write_file(path, "own.mp4", "earlier");
    write_file(path, "owner.mp4", "a stranger's");
    write_file(incoming_get_media_dir(incoming), "x.mp4", "new");
    files = incoming_list_media(incoming);
    placed = incoming_place(incoming, files, "own", NULL);
    g_assert_nonnull(placed);
    assert_holds("own.mp4", "new");
    assert_holds("own.webm", NULL);
    assert_holds("own.001.mp4", NULL);
    assert_holds("owner.mp4", "a stranger's");
}

static void what_is_kept_is_for_us_alone(void)
{
    g_autoptr(Incoming) incoming = make();
    g_autofree char *path = incoming_keep(incoming, "info.json", "{\"secret\":1}", NULL);
    g_autofree char *above = g_path_get_dirname(path);
    struct stat status;

    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_assert_cmpint(stat(above, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0700);
}

static void only_files_count_as_media(void)
{
    g_autoptr(Incoming) incoming = make();
    g_autofree char *link = g_build_filename(incoming_get_media_dir(incoming), "link", NULL);
    g_autofree char *inner = g_build_filename(incoming_get_media_dir(incoming), "inner", NULL);
    g_autoptr(GPtrArray) files = NULL;

    g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
    g_assert_cmpint(g_mkdir(inner, 0700), ==, 0);
    write_file(incoming_get_media_dir(incoming), "b.mp4", "b");
    write_file(incoming_get_media_dir(incoming), "a.mp4", "a");
    files = incoming_list_media(incoming);
    g_assert_cmpuint(files->len, ==, 2);
    g_assert_true(g_str_has_suffix(g_ptr_array_index(files, 0), "/a.mp4"));
}

/* A process that was killed leaves its folder without the lock. */
static void the_sweep_takes_what_nobody_holds(void)
{
    g_autofree char *path = in_folder(NULL);
    g_autofree char *left = in_folder(".incoming/left-by-a-dead-one/media");
    g_autofree char *precious = in_folder("precious");
    g_autofree char *link = in_folder(".incoming/left-by-a-dead-one/link");
    g_autoptr(Incoming) held = make();

    g_assert_cmpint(g_mkdir_with_parents(left, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(precious, 0700), ==, 0);
    write_file(left, "half.mp4.part", "half");
    write_file(precious, "file", "stays");
    g_assert_cmpint(symlink(precious, link), ==, 0);
    g_assert_cmpuint(count_incoming(), ==, 2);
    incoming_sweep(path);
    g_assert_cmpuint(count_incoming(), ==, 1);
    assert_holds("precious/file", "stays");
    write_file(incoming_get_media_dir(held), "still.mp4", "usable");
}

static void a_folder_that_cannot_be_made_is_named(void)
{
    g_autofree char *file = in_folder("a-file");
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(file, "", -1, NULL));
    g_assert_null(incoming_new(file, "lane", &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(g_strrstr(error->message, file));
    incoming_sweep(file);
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    folder = temporary_directory_new();
    g_test_add_func("/incoming/place", finished_files_are_moved_and_the_folder_goes);
    g_test_add_func("/incoming/replace", an_earlier_run_is_replaced_and_strangers_stay);
    g_test_add_func("/incoming/keep", what_is_kept_is_for_us_alone);
    g_test_add_func("/incoming/media", only_files_count_as_media);
    g_test_add_func("/incoming/sweep", the_sweep_takes_what_nobody_holds);
    g_test_add_func("/incoming/refused", a_folder_that_cannot_be_made_is_named);
    status = g_test_run();
    temporary_directory_remove(folder);
    return status;
}
