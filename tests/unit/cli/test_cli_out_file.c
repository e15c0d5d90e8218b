#include "cli/out_file.h"
#include "ytops/error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *folder;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->folder = g_dir_make_tmp("ytops-cli-XXXXXX", NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
    const char *name;

    (void)data;
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
        g_remove(path);
    }
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
}

static char *in_folder(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static guint count_files(const Fixture *fixture)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
    guint count = 0;

    while (g_dir_read_name(dir) != NULL)
        count++;
    return count;
}

static void assert_holds(const char *path, const char *expected)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static void test_a_file_is_written_for_its_owner_only(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = in_folder(fixture, "new.json");
    g_autoptr(GError) error = NULL;
    GStatBuf status;

    (void)data;
    g_assert_true(cli_out_file_check(path, &error));
    g_assert_cmpuint(count_files(fixture), ==, 0);
    g_assert_true(cli_out_file_write(path, "{}", &error));
    g_assert_no_error(error);
    assert_holds(path, "{}");
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    g_assert_cmpuint(count_files(fixture), ==, 1);
}

static void test_an_old_file_is_replaced_at_once(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = in_folder(fixture, "old.json");
    g_autoptr(GError) error = NULL;
    GStatBuf before, after;

    (void)data;
    g_assert_true(g_file_set_contents(path, "a much longer old text", -1, NULL));
    g_assert_cmpint(g_stat(path, &before), ==, 0);
    g_assert_true(cli_out_file_write(path, "new", &error));
    g_assert_cmpint(g_stat(path, &after), ==, 0);
    assert_holds(path, "new");
    /* Another inode: whoever reads the old file reads all of it. */
    g_assert_cmpuint(before.st_ino, !=, after.st_ino);
    g_assert_cmpint(after.st_mode & 0777, ==, 0600);
}

static void test_a_link_is_followed(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = in_folder(fixture, "real.json");
    g_autofree char *link = in_folder(fixture, "link.json");
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_cmpint(symlink("real.json", link), ==, 0);
    g_assert_true(cli_out_file_write(link, "new", &error));
    assert_holds(path, "new");
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
}

static void test_what_cannot_be_written_is_refused(Fixture *fixture, gconstpointer data)
{
    g_autofree char *missing = in_folder(fixture, "no/such.json");
    g_autofree char *slash = in_folder(fixture, "new/");
    g_autofree char *dangling = in_folder(fixture, "dangling");
    g_autofree char *fifo = in_folder(fixture, "fifo");
    const char *cases[] = {missing, slash, dangling, fifo, fixture->folder, "/dev/null"};

    (void)data;
    g_assert_cmpint(symlink("nowhere", dangling), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) write_error = NULL;
        g_assert_false(cli_out_file_check(cases[i], &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, cases[i]));
        g_assert_false(cli_out_file_write(cases[i], "x", &write_error));
        g_assert_nonnull(write_error);
    }
}

static void test_standard_output_is_not_replaced(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = in_folder(fixture, "stdout");
    g_autoptr(GError) error = NULL;
    int saved = dup(STDOUT_FILENO);
    FILE *file = g_fopen(path, "w");
    gboolean accepted;

    (void)data;
    dup2(fileno(file), STDOUT_FILENO);
    accepted = cli_out_file_check(path, &error);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    fclose(file);
    g_assert_false(accepted);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/out-file/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("new", test_a_file_is_written_for_its_owner_only);
    ADD("replaced", test_an_old_file_is_replaced_at_once);
    ADD("link", test_a_link_is_followed);
    ADD("refused", test_what_cannot_be_written_is_refused);
    ADD("stdout", test_standard_output_is_not_replaced);
    return g_test_run();
}
