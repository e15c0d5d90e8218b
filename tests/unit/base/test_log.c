#include "ytops/log.h"

#include <string.h>

#include "ytops/json.h"

static void passwords_of_urls_are_hidden(void)
{
    static const struct {
        const char *text, *redacted;
    } rows[] = {
        {"plain", "plain"},
        {"socks5://u:secret@h:1", "socks5://u:***@h:1"},
        {"socks5://u@h:1", "socks5://u@h:1"},
        {"redis://:secret@h:1/0", "redis://:***@h:1/0"},
        {"http://h:80/a:b@c", "http://h:80/a:b@c"},
        {"a socks5://u:s@h:1, http://v:t@i:2!", "a socks5://u:***@h:1, http://v:***@i:2!"},
        {"http://u:p@ss@h:1", "http://u:***@h:1"},
        {"socks5://u:se'cr,e<t>@h:1", "socks5://u:***@h:1"},
        {"'socks5://u:s@h:1','t@i'", "'socks5://u:***@h:1','t@i'"},
        {"socks5://g:1,socks5://u:s@h:1", "socks5://g:1,socks5://u:***@h:1"},
        {"(\"http://h:80\", \"a@b\")", "(\"http://h:80\", \"a@b\")"},
        {"://", "://"},
        {"x://:", "x://:"},
        {"", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *redacted = ytops_redact(rows[i].text);

        g_assert_cmpstr(redacted, ==, rows[i].redacted);
    }
}

static void what_does_not_print_is_escaped(void)
{
    static const struct {
        const char *text, *escaped;
    } rows[] = {
        {"plain", "plain"},
        {"a \"b\"\n\\", "a \\\"b\\\"\\n\\\\"},
        {"K\303\266ln \342\230\203", "K\303\266ln \342\230\203"},
        {"\303\274\n\"", "\303\274\\n\\\""},
        {"\302\2332J", "\\302\\2332J"},
        {"a\377", "a\357\277\275"},
        {"", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *escaped = ytops_escape(rows[i].text);

        g_assert_cmpstr(escaped, ==, rows[i].escaped);
    }
}

static void levels_have_the_names_of_the_flag(void)
{
    YtopsLogLevel level = YTOPS_LOG_ERROR;

    g_assert_true(ytops_log_level_from_string("debug", &level));
    g_assert_cmpint(level, ==, YTOPS_LOG_DEBUG);
    g_assert_false(ytops_log_level_from_string("DEBUG", &level));
    g_assert_cmpstr(ytops_log_level_to_string(YTOPS_LOG_WARNING), ==, "warning");
}

static void write_an_entry(void)
{
    ytops_log_info("tokens", "made through http://u:pw@h:1\n", "job_id", "a b", "n",
                   YTOPS_LOG_INT(-7), "absent", NULL, "proxy", "socks5://u:pw@h:1", NULL);
    ytops_log_debug("tokens", "not at this level", NULL);
}

static void an_entry_is_one_line_of_text(void)
{
    if (g_test_subprocess()) {
        ytops_log_set_format(YTOPS_LOG_TEXT);
        write_an_entry();
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("20*Z INFO    tokens: made through http://u:***@h:1  "
                              "job_id=\"a b\" n=-7 proxy=socks5://u:***@h:1\n");
}

static void an_entry_is_one_line_of_json(void)
{
    if (g_test_subprocess()) {
        ytops_log_set_format(YTOPS_LOG_JSON);
        ytops_log_info("tokens", "made\nby \"x\"", "job_id", "a\xff", NULL);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(
        "{\"ts\":\"20*Z\",\"level\":\"info\",\"component\":\"tokens\","
        "\"message\":\"made\\nby \\\"x\\\"\",\"job_id\":\"a\357\277\275\"}\n");
}

static void what_is_below_the_level_is_not_written(void)
{
    if (g_test_subprocess()) {
        ytops_log_set_level(YTOPS_LOG_ERROR);
        ytops_log_warning("app", "quiet", NULL);
        g_assert_false(ytops_log_enabled(YTOPS_LOG_WARNING));
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/log/redact", passwords_of_urls_are_hidden);
    g_test_add_func("/log/escape", what_does_not_print_is_escaped);
    g_test_add_func("/log/levels", levels_have_the_names_of_the_flag);
    g_test_add_func("/log/text", an_entry_is_one_line_of_text);
    g_test_add_func("/log/json", an_entry_is_one_line_of_json);
    g_test_add_func("/log/quiet", what_is_below_the_level_is_not_written);
    return g_test_run();
}
