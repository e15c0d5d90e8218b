#include "ytops/error.h"

static void every_code_has_a_name_that_leads_back(void)
{
    for (int i = 0; i < YTOPS_ERROR_N_CODES; i++) {
        const char *name = ytops_error_code_to_string((YtopsErrorCode)i);
        YtopsErrorCode code = YTOPS_ERROR_N_CODES;

        g_assert_nonnull(name);
        g_assert_true(ytops_error_code_from_string(name, &code));
        g_assert_cmpint(code, ==, i);
    }
}

static void unknown_names_are_refused(void)
{
    YtopsErrorCode code = YTOPS_ERROR_TIMEOUT;

    g_assert_false(ytops_error_code_from_string("bot_detected", &code));
    g_assert_false(ytops_error_code_from_string("", &code));
    g_assert_false(ytops_error_code_from_string(NULL, &code));
    g_assert_cmpint(code, ==, YTOPS_ERROR_TIMEOUT);
}

static void context_travels_with_copies(void)
{
    g_autoptr(GError) error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_TIMEOUT, "too late");
    g_autoptr(GError) copy = NULL;

    g_assert_null(ytops_error_peek_context(error));
    ytops_error_set_context(error, "jobId", "a");
    ytops_error_set_context(error, "jobId", "b");
    ytops_error_set_context(error, "proxyUrl", NULL);
    copy = g_error_copy(error);
    ytops_error_set_context(error, "jobId", "c");
    g_assert_cmpstr(ytops_error_get_context(copy, "jobId"), ==, "b");
    g_assert_null(ytops_error_get_context(copy, "proxyUrl"));
    g_assert_cmpuint(g_hash_table_size(ytops_error_peek_context(copy)), ==, 1);
}

static void an_error_of_another_domain_is_internal(void)
{
    g_autoptr(GError) error = g_error_new(G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file");

    ytops_error_set_context(error, "jobId", "a");
    g_assert_null(ytops_error_get_context(error, "jobId"));
    g_assert_cmpint(ytops_error_get_code(error), ==, YTOPS_ERROR_INTERNAL);
    g_assert_cmpint(ytops_error_get_code(NULL), ==, YTOPS_ERROR_INTERNAL);
}

static void refusals_are_the_callers_own(void)
{
    g_assert_true(ytops_error_code_is_refusal(YTOPS_ERROR_INVALID_ARGUMENT));
    g_assert_true(ytops_error_code_is_refusal(YTOPS_ERROR_QUEUE_EMPTY));
    g_assert_false(ytops_error_code_is_refusal(YTOPS_ERROR_BOT_DETECTED));
    g_assert_false(ytops_error_code_is_refusal(YTOPS_ERROR_OVERLOADED));
}

static void what_is_refused_says_why(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(ytops_refuse(&error, "%d is more than %s", 7, "six"));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_cmpstr(error->message, ==, "7 is more than six");
    g_assert_false(ytops_refuse(NULL, "nobody asks"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/names", every_code_has_a_name_that_leads_back);
    g_test_add_func("/error/unknown", unknown_names_are_refused);
    g_test_add_func("/error/context", context_travels_with_copies);
    g_test_add_func("/error/domain", an_error_of_another_domain_is_internal);
    g_test_add_func("/error/refuse", what_is_refused_says_why);
    g_test_add_func("/error/refusal", refusals_are_the_callers_own);
    return g_test_run();
}
