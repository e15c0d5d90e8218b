/* What can stand in a queue and what can name one. */
#include <string.h>

#include "work/queue_item.h"
#include "work/queue_name.h"
#include "ytops/error.h"

static void assert_refused(gboolean accepted, GError *error, const char *shown, const char *words)
{
    g_assert_false(accepted);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    if (strstr(error->message, shown) == NULL || strstr(error->message, words) == NULL)
        g_error("\"%s\" does not show %s and say: %s", error->message, shown, words);
    g_error_free(error);
}

static void test_good_items(void)
{
    static const char *const items[] = {
        "https://www.youtube.com/watch?v=BaW_jenozKc",
        "HTTP://example.org",
        "http://[::1]:8080/a",
        "https://user:password@example.org/",
        "https://example.org/\xc3\xa4?x=%20",
        "BaW_jenozKc",
        "-----------",
        "{}",
        "{\"url\": \"https://a/\", \"format\": \"137\"}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
        g_autoptr(GError) error = NULL;
        ytops_work_item_check(items[i], &error);
        g_assert_no_error(error);
    }
}

static void test_bad_items(void)
{
    static const char *const items[][3] = {
        {"", "''", "is empty"},
        {NULL, "''", "is empty"},
        {"ftp://example.org/a", "ftp://example.org/a", "no http or https URL"},
        {"BaW_jenozK", "BaW_jenozK", "no video id"},
        {"BaW_jenozKcc", "BaW_jenozKcc", "no video id"},
        {"BaW jenozKc", "BaW jenozKc", "no video id"},
        {"example.org/a", "example.org/a", "no http or https URL"},
        {"https://", "https://", "no host"},
        {"https:///a", "https:///a", "no host"},
        {"https://?a", "https://?a", "no host"},
        {"https://a/b c", "https://a/b c", "percent-encode"},
        {"https://a/b\nc", "https://a/b", "control character"},
        {"https://a/\xc2\x85", "https://a/", "control character"},
        {"https://a/\xff", "https://a/", "not valid UTF-8"},
        {" https://a/", " https://a/", "no http or https URL"},
        {"{\"a\": 1", "the item", "not valid JSON"},
        {"{\"a\": 1} x", "the item", "not valid JSON"},
        {"https://u:secret@a/ b", "u:***@a", "space"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(items); i++) {
        GError *error = NULL;
        gboolean accepted = ytops_work_item_check(items[i][0], &error);
        assert_refused(accepted, error, items[i][1], items[i][2]);
    }
}

static void test_lengths(void)
{
    g_autofree char *path = g_strnfill(8 * 1024 - strlen("https://a/"), 'x');
    g_autofree char *longest = g_strconcat("https://a/", path, NULL);
    g_autofree char *too_long = g_strconcat(longest, "x", NULL);
    g_autofree char *filler = g_strnfill(1024 * 1024, 'x');
    g_autofree char *large = g_strdup_printf("{\"a\":\"%s\"}", filler);
    GError *error = NULL;
    gboolean accepted;
    g_assert_true(ytops_work_item_check(longest, NULL));
    accepted = ytops_work_item_check(too_long, &error);
    assert_refused(accepted, error, "https://a/xxx", "longer than 8 KiB");
    error = NULL;
    accepted = ytops_work_item_check(large, &error);
    assert_refused(accepted, error, "the item", "at most 1048576 are kept");
}

static void test_json(void)
{
    static const char *const bad[][2] = {
        {"", "not valid JSON"}, {"[1]", "a JSON array"},    {"null", "a JSON null"},
        {"1", "integer"},       {"\"a\"", "a JSON string"}, {"{\"a\":\"\xff\"}", "not valid JSON"},
    };
    g_assert_true(queue_item_check_json("{\"a\": [1, {}]}", "the result", NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        gboolean accepted = queue_item_check_json(bad[i][0], "the result", &error);
        assert_refused(accepted, error, "the result", bad[i][1]);
    }
}

static void test_good_names(void)
{
    g_autofree char *longest = g_strnfill(128, 'q');
    const char *names[] = {"q", "queue2_auth", "a.b-c:d_9", "_", longest, "inbox", "fail"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        queue_name_check(names[i], &error);
        g_assert_no_error(error);
    }
}

static void test_bad_names(void)
{
    g_autofree char *too_long = g_strnfill(129, 'q');
    const char *names[][2] = {
        {NULL, "is empty"},
        {"", "is empty"},
        {too_long, "longer than 128"},
        {"a b", "other characters"},
        {"a*", "other characters"},
        {"a{b}", "other characters"},
        {"\xc3\xa4", "other characters"},
        {"a\n", "other characters"},
        {"q_inbox", "own keys"},
        {"q_progress", "own keys"},
        {"q_result", "own keys"},
        {"q_fail", "own keys"},
        {"q_leases", "own keys"},
        {"q_deliveries", "own keys"},
        {"q_item", "own keys"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        GError *error = NULL;
        gboolean accepted = queue_name_check(names[i][0], &error);
        assert_refused(accepted, error, "queue \"", names[i][1]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/work/item/good", test_good_items);
    g_test_add_func("/work/item/bad", test_bad_items);
    g_test_add_func("/work/item/lengths", test_lengths);
    g_test_add_func("/work/item/json", test_json);
    g_test_add_func("/work/name/good", test_good_names);
    g_test_add_func("/work/name/bad", test_bad_names);
    return g_test_run();
}
