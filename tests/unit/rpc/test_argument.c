#include "rpc/argument.h"

#include <string.h>

#include "ytops/error.h"

static void expect_refused(GError *error, const char *part)
{
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, part));
    g_error_free(error);
}

static void test_text(void)
{
    const char *absent = NULL;
    g_assert_true(argument_text(&absent, "reason", NULL));
    g_assert_cmpstr(absent, ==, "");
    const char *good = "gr\xc3\xbc\xc3\x9f";
    g_assert_true(argument_required_text(&good, "reason", NULL));

    GError *error = NULL;
    const char *bad = "\xff";
    g_assert_false(argument_text(&bad, "reason", &error));
    expect_refused(error, "reason");
    error = NULL;
    const char *missing = NULL;
    g_assert_false(argument_required_text(&missing, "accountId", &error));
    expect_refused(error, "accountId is empty");
}

static void test_texts(void)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    g_autofree const char **none = argument_texts(NULL, "proxyUrls", NULL);
    g_assert_null(none[0]);
    g_ptr_array_add(values, (gpointer) "a");
    g_ptr_array_add(values, (gpointer) "b");
    g_autofree const char **two = argument_texts(values, "proxyUrls", NULL);
    g_assert_cmpstr(two[1], ==, "b");
    g_assert_null(two[2]);

    static const char *const bad[] = {"", "\xff"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        g_ptr_array_set_size(values, 2);
        g_ptr_array_add(values, (gpointer)bad[i]);
        g_assert_null(argument_texts(values, "proxyUrls", &error));
        expect_refused(error, "proxyUrls[2]");
    }
}

static void test_duration(void)
{
    static const gint64 good[] = {-1, 0, 1, 3600, G_GINT64_CONSTANT(3000000000)};
    static const gint64 bad[] = {-2, G_MININT64, G_GINT64_CONSTANT(4000000000), G_MAXINT64};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_true(argument_duration(good[i], "durationS", NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        g_assert_false(argument_duration(bad[i], "durationS", &error));
        expect_refused(error, "durationS");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/argument/text", test_text);
    g_test_add_func("/rpc/argument/texts", test_texts);
    g_test_add_func("/rpc/argument/duration", test_duration);
    return g_test_run();
}
