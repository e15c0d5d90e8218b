#include <string.h>
#include <sys/stat.h>

#include "token_fixture.h"
#include "tokens/cookie_jar.h"
#include "tokens/cookie_store.h"
#include "ytops/error.h"

#include <glib/gstdio.h>

#define HEADER "# Netscape HTTP Cookie File\n"
#define COOKIE(name, value) ".example.org\tTRUE\t/\tFALSE\t4102444800\t" name "\t" value "\n"

static CookieStore *open_store(const char *folder)
{
    GError *error = NULL;
    CookieStore *store = cookie_store_new(folder, &error);

    g_assert_no_error(error);
    return store;
}

static CookieCopy *open_copy(CookieStore *store, const char *account_id)
{
    GError *error = NULL;
    CookieCopy *copy = cookie_store_open(store, account_id, &error);

    g_assert_no_error(error);
    return copy;
}

/* What a job does: yt-dlp writes its cookies into the copy. */
static void write_copy(CookieCopy *copy, const char *text)
{
    GError *error = NULL;

    g_file_set_contents(cookie_copy_get_path(copy), text, -1, &error);
    g_assert_no_error(error);
}

static void merge(CookieStore *store, CookieCopy *copy)
{
    GError *error = NULL;

    cookie_store_merge(store, copy, &error);
    g_assert_no_error(error);
}

static void assert_cookie(const char *folder, const char *file, const char *name, const char *value)
{
    g_autofree char *text = test_folder_read(folder, file);
    GError *error = NULL;
    g_autoptr(CookieJar) jar = cookie_jar_parse(text, -1, file, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(cookie_jar_get(jar, ".example.org", "/", name), ==, value);
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    g_assert_cmpint(stat(path, &status), ==, 0);
    return status.st_mode & 0777;
}

static void test_a_job_works_on_a_private_copy(void)
{
    char *folder = test_folder_new();
    g_autofree char *file = test_folder_write(folder, "acc.txt", HEADER COOKIE("a", "1"));
    g_autoptr(CookieStore) store = open_store(folder);
    g_autoptr(CookieCopy) copy = open_copy(store, "acc");
    g_autofree char *copy_folder = g_path_get_dirname(cookie_copy_get_path(copy));
    g_autofree char *text = NULL;

    g_assert_cmpuint(mode_of(copy_folder), ==, 0700);
    g_assert_cmpuint(mode_of(cookie_copy_get_path(copy)), ==, 0600);
    g_assert_true(cookie_copy_read(copy, &text, NULL));
    g_assert_nonnull(strstr(text, COOKIE("a", "1")));
    write_copy(copy, HEADER COOKIE("a", "2"));
    assert_cookie(folder, "acc.txt", "a", "1");
    test_folder_free(folder);
}

static void test_the_copy_is_gone_with_the_job(void)
{
    char *folder = test_folder_new();
    g_autoptr(CookieStore) store = open_store(folder);
    CookieCopy *copy = open_copy(store, "acc");
    g_autofree char *copy_folder = g_path_get_dirname(cookie_copy_get_path(copy));

    cookie_copy_free(copy);
    g_assert_false(g_file_test(copy_folder, G_FILE_TEST_EXISTS));
    test_folder_free(folder);
}

static void test_what_a_job_changed_is_merged(void)
{
    char *folder = test_folder_new();
    g_autofree char *file =
        test_folder_write(folder, "acc.txt", HEADER COOKIE("a", "1") COOKIE("gone", "1"));
    g_autoptr(CookieStore) store = open_store(folder);
    g_autoptr(CookieCopy) copy = open_copy(store, "acc");

    g_chmod(file, 0640);
    write_copy(copy, HEADER COOKIE("a", "2") COOKIE("new", "3"));
    merge(store, copy);
    assert_cookie(folder, "acc.txt", "a", "2");
    assert_cookie(folder, "acc.txt", "new", "3");
    assert_cookie(folder, "acc.txt", "gone", NULL);
    g_assert_cmpuint(mode_of(file), ==, 0640);
    test_folder_free(folder);
}

static void test_two_jobs_of_one_account_keep_each_others_cookies(void)
{
    char *folder = test_folder_new();
    g_autofree char *file = test_folder_write(folder, "acc.txt", HEADER COOKIE("a", "1"));
    g_autoptr(CookieStore) store = open_store(folder);
    g_autoptr(CookieCopy) one = open_copy(store, "acc");
    g_autoptr(CookieCopy) two = open_copy(store, "acc");

    write_copy(one, HEADER COOKIE("a", "1") COOKIE("one", "1"));
    write_copy(two, HEADER COOKIE("a", "1") COOKIE("two", "1"));
    merge(store, one);
    merge(store, two);
    assert_cookie(folder, "acc.txt", "one", "1");
    assert_cookie(folder, "acc.txt", "two", "1");
    test_folder_free(folder);
}

static void test_an_account_without_a_file_gets_one_when_there_are_cookies(void)
{
    char *folder = test_folder_new();
    g_autofree char *file = g_build_filename(folder, "new.txt", NULL);
    g_autoptr(CookieStore) store = open_store(folder);
    g_autoptr(CookieCopy) copy = open_copy(store, "new");
    g_autofree char *text = NULL;

    merge(store, copy);
    g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
    g_assert_true(cookie_copy_read(copy, &text, NULL));
    g_assert_null(text);
    write_copy(copy, HEADER COOKIE("a", "1"));
    merge(store, copy);
    assert_cookie(folder, "new.txt", "a", "1");
    g_assert_cmpuint(mode_of(file), ==, 0600);
    test_folder_free(folder);
}

static void test_a_file_that_is_none_is_told_and_kept(void)
{
    char *folder = test_folder_new();
    g_autofree char *file = test_folder_write(folder, "acc.txt", "{\"cookies\": \"hidden\"}\n");
    g_autoptr(CookieStore) store = open_store(folder);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    g_assert_null(cookie_store_open(store, "acc", &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_COOKIE_FILE);
    g_assert_nonnull(strstr(error->message, "acc.txt"));
    g_assert_null(strstr(error->message, "hidden"));
    text = test_folder_read(folder, "acc.txt");
    g_assert_cmpstr(text, ==, "{\"cookies\": \"hidden\"}\n");
    test_folder_free(folder);
}

static void test_a_copy_that_the_job_broke_does_not_reach_the_file(void)
{
    char *folder = test_folder_new();
    g_autofree char *file = test_folder_write(folder, "acc.txt", HEADER COOKIE("a", "1"));
    g_autoptr(CookieStore) store = open_store(folder);
    g_autoptr(CookieCopy) copy = open_copy(store, "acc");
    g_autoptr(GError) error = NULL;

    write_copy(copy, "half a li");
    g_assert_false(cookie_store_merge(store, copy, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_COOKIE_FILE);
    assert_cookie(folder, "acc.txt", "a", "1");
    test_folder_free(folder);
}

static void test_a_folder_that_is_none_is_refused(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(cookie_store_new("/nowhere/cookies", &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "--cookies-dir"));
}

/* ---- many jobs at once ---------------------------------------------------------------------- */

enum { N_THREADS = 8, N_ROUNDS = 20 };

typedef struct {
    CookieStore *store;
    guint number;
} Worker;

static gpointer add_cookies(gpointer data)
{
    const Worker *worker = data;

    for (guint i = 0; i < N_ROUNDS; i++) {
        g_autoptr(CookieCopy) copy = open_copy(worker->store, "acc");
        g_autofree char *before = NULL;
        g_autofree char *after = NULL;
        gsize length;

        g_assert_true(g_file_get_contents(cookie_copy_get_path(copy), &before, &length, NULL));
        after = g_strdup_printf("%s.example.org\tTRUE\t/\tFALSE\t4102444800\tc%u_%u\t1\n", before,
                                worker->number, i);
        write_copy(copy, after);
        merge(worker->store, copy);
    }
    return NULL;
}

static void test_many_jobs_at_once_lose_nothing(void)
{
    char *folder = test_folder_new();
    g_autoptr(CookieStore) store = open_store(folder);
    GThread *threads[N_THREADS];
    Worker workers[N_THREADS];

    for (guint i = 0; i < N_THREADS; i++) {
        workers[i] = (Worker){store, i};
        threads[i] = g_thread_new("cookies", add_cookies, &workers[i]);
    }
    for (guint i = 0; i < N_THREADS; i++)
        g_thread_join(threads[i]);
    for (guint i = 0; i < N_THREADS * N_ROUNDS; i++) {
        g_autofree char *name = g_strdup_printf("c%u_%u", i / N_ROUNDS, i % N_ROUNDS);

        assert_cookie(folder, "acc.txt", name, "1");
    }
    test_folder_free(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cookie-store/a-job-works-on-a-private-copy",
                    test_a_job_works_on_a_private_copy);
    g_test_add_func("/cookie-store/the-copy-is-gone-with-the-job",
                    test_the_copy_is_gone_with_the_job);
    g_test_add_func("/cookie-store/what-a-job-changed-is-merged",
                    test_what_a_job_changed_is_merged);
    g_test_add_func("/cookie-store/two-jobs-of-one-account-keep-each-others-cookies",
                    test_two_jobs_of_one_account_keep_each_others_cookies);
    g_test_add_func("/cookie-store/an-account-without-a-file-gets-one-when-there-are-cookies",
                    test_an_account_without_a_file_gets_one_when_there_are_cookies);
    g_test_add_func("/cookie-store/a-file-that-is-none-is-told-and-kept",
                    test_a_file_that_is_none_is_told_and_kept);
    g_test_add_func("/cookie-store/a-copy-that-the-job-broke-does-not-reach-the-file",
                    test_a_copy_that_the_job_broke_does_not_reach_the_file);
    g_test_add_func("/cookie-store/a-folder-that-is-none-is-refused",
                    test_a_folder_that_is_none_is_refused);
    g_test_add_func("/cookie-store/many-jobs-at-once-lose-nothing",
                    test_many_jobs_at_once_lose_nothing);
    return g_test_run();
}
