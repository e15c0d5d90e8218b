#include "cli/output.h"
#include "ytops/error.h"

static void test_when_there_is_colour(void)
{
    static const struct {
        CliColor color;
        gboolean terminal;
        const char *no_color;
        const char *term;
        gboolean expected;
    } cases[] = {
        {CLI_COLOR_AUTO, TRUE, NULL, "xterm", TRUE},
        {CLI_COLOR_AUTO, TRUE, NULL, NULL, TRUE},
        {CLI_COLOR_AUTO, TRUE, "", "xterm", TRUE},
        {CLI_COLOR_AUTO, TRUE, "1", "xterm", FALSE},
        {CLI_COLOR_AUTO, TRUE, NULL, "dumb", FALSE},
        {CLI_COLOR_AUTO, FALSE, NULL, "xterm", FALSE},
        {CLI_COLOR_ALWAYS, FALSE, NULL, "dumb", TRUE},
        {CLI_COLOR_ALWAYS, FALSE, "1", NULL, TRUE},
        {CLI_COLOR_NEVER, TRUE, NULL, "xterm", FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(
            cli_colour_decide(cases[i].color, cases[i].terminal, cases[i].no_color, cases[i].term),
            ==, cases[i].expected);
}

static void test_how_wide_a_terminal_is(void)
{
    g_assert_cmpuint(cli_width_decide(120, "40"), ==, 120);
    g_assert_cmpuint(cli_width_decide(0, "40"), ==, 40);
    g_assert_cmpuint(cli_width_decide(0, NULL), ==, 80);
    g_assert_cmpuint(cli_width_decide(0, "wide"), ==, 80);
    g_assert_cmpuint(cli_width_decide(0, "0"), ==, 80);
    g_assert_cmpuint(cli_width_decide(0, "-5"), ==, 80);
}

static void test_an_error_as_json(void)
{
    g_autoptr(GError) error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_SOCKS5_AUTH_FAILED,
                                          "socks5://u:secret@h:1 refused the password");
    g_autoptr(YtopsJson) json = NULL;

    ytops_error_set_context(error, "jobId", "j1");
    json = cli_error_json(error);
    g_assert_cmpstr(ytops_json_get_string(json, "errorCode"), ==, "SOCKS5_AUTH_FAILED");
    g_assert_cmpstr(ytops_json_get_string(json, "message"), ==,
                    "socks5://u:***@h:1 refused the password");
    g_assert_cmpstr(ytops_json_get_string(ytops_json_get(json, "context"), "jobId"), ==, "j1");
}

static void print_error(void)
{
    g_autoptr(GError) error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_PROXIES,
                                          "all 2 proxies are banned\n\033[2J");
    ytops_error_set_context(error, "retryAfterS", "30");
    ytops_error_set_context(error, "proxyUrl", "socks5://u:secret@h:1");
    cli_output_error(error, g_test_subprocess());
    g_assert_true(cli_output_finish());
}

static void test_an_error_says_code_message_context_and_what_to_do(void)
{
    if (g_test_subprocess()) {
        print_error();
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("ytdlp-ops: NO_ACTIVE_PROXIES: all 2 proxies are banned\xef\xbf\xbd"
                              "\xef\xbf\xbd[2J\n"
                              "  proxyUrl: socks5://u:???@h:1\n"
                              "  retryAfterS: 30\n"
                              "  *proxies unban --all*\n");
    g_test_trap_assert_stderr_unmatched("*secret*");
    g_test_trap_assert_stdout("*{\"error\":{\"errorCode\":\"NO_ACTIVE_PROXIES\"*");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/output/colour", test_when_there_is_colour);
    g_test_add_func("/output/width", test_how_wide_a_terminal_is);
    g_test_add_func("/output/error-json", test_an_error_as_json);
    g_test_add_func("/output/error", test_an_error_says_code_message_context_and_what_to_do);
    return g_test_run();
}
