/* What can be said after `ytdlp-ops queue`. */
#include "cli/cli_options.h"
#include "ytops/error.h"

#define WORDS(...) ((const char *const[]){"queue", __VA_ARGS__, NULL})

static CliOptions *parse_good(const char *const *words)
{
    g_autoptr(GError) error = NULL;
    CliOptions *options = cli_options_parse(words, NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(options);
    return options;
}

static void assert_refused(const char *const *words, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(cli_options_parse(words, NULL, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    if (strstr(error->message, message) == NULL)
        g_error("\"%s\" is not in: %s", message, error->message);
}

static void test_urls_follow_the_queue(void)
{
    g_autoptr(CliOptions) options =
        parse_good(WORDS("push", "q", "http://a/", "--json", "BaW_jenozKc", "--", "-aW_jenozKc"));

    g_assert_cmpint(options->command->id, ==, CLI_QUEUE_PUSH);
    g_assert_cmpstr(options->argument, ==, "q");
    g_assert_cmpint(options->more->len, ==, 3);
    g_assert_cmpstr(g_ptr_array_index(options->more, 0), ==, "http://a/");
    g_assert_cmpstr(g_ptr_array_index(options->more, 2), ==, "-aW_jenozKc");
    g_assert_null(options->file);
}

static void test_the_others_take_one_queue(void)
{
    static const struct {
        const char *verb;
        CliCommandId id;
    } cases[] = {
        {"status", CLI_QUEUE_STATUS}, {"failed", CLI_QUEUE_FAILED}, {"requeue", CLI_QUEUE_REQUEUE}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CliOptions) options = parse_good(WORDS(cases[i].verb, "q"));
        g_assert_cmpint(options->command->id, ==, cases[i].id);
        g_assert_cmpstr(options->argument, ==, "q");
        g_assert_cmpint(options->more->len, ==, 0);
        assert_refused(WORDS(cases[i].verb, "q", "r"), "one word too many");
    }
    g_autoptr(CliOptions) all = parse_good(WORDS("status"));
    g_assert_null(all->argument);
}

static void test_parts(void)
{
    static const char *const names[] = {"inbox", "result", "fail"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(CliOptions) options = parse_good(WORDS("clear", "q", "--part", names[i]));
        g_assert_cmpint(options->queue_part, ==, i);
    }
}

static void test_what_is_refused(void)
{
    assert_refused(WORDS("push"), "needs QUEUE [URL ...]");
    assert_refused(WORDS("push", "q"), "got neither");
    assert_refused(WORDS("push", "q", "http://a/", "--file", "x"), "got both");
    assert_refused(WORDS("push", "", "http://a/"), "is empty");
    assert_refused(WORDS("push", "q", "--file", ""), "must not be empty");
    assert_refused(WORDS("status", ""), "is empty");
    assert_refused(WORDS("status", "--watch"), "needs QUEUE");
    assert_refused(WORDS("failed"), "needs QUEUE");
    assert_refused(WORDS("failed", "q", "--limit", "0"), "--limit");
    assert_refused(WORDS("clear", "q"), "needs --part");
    assert_refused(WORDS("clear", "q", "--part", "all"), "inbox, result, fail");
    assert_refused(WORDS("requeue", "q", "--yes"), "has no option --yes");
    assert_refused(WORDS("drop", "q"), "push, status, failed, requeue, clear");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue-options/urls", test_urls_follow_the_queue);
    g_test_add_func("/queue-options/one-queue", test_the_others_take_one_queue);
    g_test_add_func("/queue-options/parts", test_parts);
    g_test_add_func("/queue-options/refused", test_what_is_refused);
    return g_test_run();
}
