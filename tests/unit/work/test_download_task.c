#include "work/download_task.h"

#include "ytops/error.h"

static void a_task_comes_back_as_it_was_and_is_always_the_same_text(void)
{
    g_autoptr(DownloadTask) task = download_task_new("https://h/\"x\"", "18/best", "queue2_auth");
    g_autofree char *text = download_task_to_string(task);
    g_autoptr(DownloadTask) again = download_task_parse(text, NULL);
    g_autofree char *once_more = download_task_to_string(again);

    g_assert_cmpstr(text, ==,
                    "{\"url\":\"https://h/\\\"x\\\"\",\"format\":\"18/best\","
                    "\"auth_queue\":\"queue2_auth\"}");
    g_assert_cmpstr(again->url, ==, "https://h/\"x\"");
    g_assert_cmpstr(again->format, ==, "18/best");
    g_assert_cmpstr(again->auth_queue, ==, "queue2_auth");
    g_assert_cmpstr(once_more, ==, text);
}

static void what_is_no_task_is_refused(void)
{
    static const struct {
        const char *text;
        const char *said;
    } rows[] = {
        {"https://h/x", "no download task"},
        {"[]", "no JSON object"},
        {"{\"url\":\"u\"", "no download task"},
        {"{\"format\":\"18\",\"auth_queue\":\"q\"}", "'url'"},
        {"{\"url\":7,\"format\":\"18\",\"auth_queue\":\"q\"}", "'url'"},
        {"{\"url\":\"u\",\"auth_queue\":\"q\"}", "'format'"},
        {"{\"url\":\"u\",\"format\":\"\"}", "'auth_queue'"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", rows[i].text);
        g_assert_null(download_task_parse(rows[i].text, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(g_strrstr(error->message, rows[i].said));
    }
}

static void a_task_is_told_from_a_url(void)
{
    g_assert_true(download_task_is("{}"));
    g_assert_false(download_task_is("https://h/{"));
    g_assert_false(download_task_is("BaW_jenozKc"));
    g_assert_false(download_task_is(""));
}

static void formats_are_separated_by_semicolons(void)
{
    static const struct {
        const char *list;
        const char *formats; /* with '|' between them */
    } rows[] = {
        {"", ""},
        {";", ""},
        {"18", "18"},
        {"18;43", "18|43"},
        {" 18 ; bv+ba/b ;", "18|bv+ba/b"},
        {"bv[height<=720],ba", "bv[height<=720],ba"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) formats = download_task_formats(rows[i].list);
        g_autofree char *joined = g_strjoinv("|", formats);

        g_assert_cmpuint(g_strv_length(formats), >=, 1);
        g_assert_cmpstr(joined, ==, rows[i].formats);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/download-task/round-trip",
                    a_task_comes_back_as_it_was_and_is_always_the_same_text);
    g_test_add_func("/download-task/refused", what_is_no_task_is_refused);
    g_test_add_func("/download-task/is", a_task_is_told_from_a_url);
    g_test_add_func("/download-task/formats", formats_are_separated_by_semicolons);
    return g_test_run();
}
