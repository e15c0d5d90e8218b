#include <string.h>

#include "ytops/account_manager.h"
#include "ytops/error.h"

static void check_accepts(const char *id)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(ytops_account_id_check(id, &error));
    g_assert_no_error(error);
}

static void check_refuses(const char *id, const char *said)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(ytops_account_id_check(id, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    if (strstr(error->message, said) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, said);
}

static void test_names_are_accepted(void)
{
    g_autofree char *longest = g_strnfill(256, 'a');
    const char *ids[] = {"a",          "my_prefix_01", "a b",   " ",   "konto-ä-日本-🦊",
                         "*?[a]",      "a:b@c",        "{tag}", "-rf", "a.b",
                         "\"quoted\"", "%n%s",         longest};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        check_accepts(ids[i]);
}

static void test_what_could_leave_a_folder_or_a_line_is_refused(void)
{
    check_refuses("a/b", "\"a/b\" has a slash");
    check_refuses("a\\b", "a slash, a backslash");
    check_refuses("..", "begins with a dot");
    check_refuses(".hidden", "begins with a dot");
    check_refuses("a\nb", "\"a\\nb\" has a slash, a backslash or a control character");
    check_refuses("a\tb", "control character");
    check_refuses("\x7f", "control character");
    check_refuses("a\xc2\x85", "control character");
}

static void test_empty_long_and_undecodable_are_refused(void)
{
    g_autofree char *too_long = g_strnfill(257, 'a');
    check_refuses(NULL, "is empty");
    check_refuses("", "is empty");
    check_refuses(too_long, "longer than 256 bytes");
    check_refuses("caf\xe9", "not valid UTF-8");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/accounts/id/names_are_accepted", test_names_are_accepted);
    g_test_add_func("/accounts/id/what_could_leave_a_folder_or_a_line_is_refused",
                    test_what_could_leave_a_folder_or_a_line_is_refused);
    g_test_add_func("/accounts/id/empty_long_and_undecodable_are_refused",
                    test_empty_long_and_undecodable_are_refused);
    return g_test_run();
}
