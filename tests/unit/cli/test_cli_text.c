#include "cli/text.h"

static void test_width_counts_columns_not_bytes(void)
{
    g_assert_cmpuint(cli_text_width(""), ==, 0);
    g_assert_cmpuint(cli_text_width("abc"), ==, 3);
    g_assert_cmpuint(cli_text_width("ünï"), ==, 3);
    g_assert_cmpuint(cli_text_width("日本"), ==, 4);
    g_assert_cmpuint(cli_text_width("e\xcc\x81"), ==, 1);
}

static void test_clean_keeps_what_controls_a_terminal_away(void)
{
    static const struct {
        const char *text;
        const char *clean;
    } cases[] = {
        {NULL, ""},
        {"plain ünï 日", "plain ünï 日"},
        {"a\033[2Jb", "a�[2Jb"},
        {"a\nb\tc\r", "a�b�c�"},
        {"a\xc2\x9b"
         "2Jb",
         "a�2Jb"},
        {"a\xff"
         "b",
         "a�b"},
        {"a\xe2\x80\xae"
         "b",
         "a�b"},
        {"a\xe2\x80\xa8"
         "b",
         "a�b"},
        {"via socks5://user:secret@10.0.0.1:1080", "via socks5://user:***@10.0.0.1:1080"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *clean = cli_text_clean(cases[i].text);
        g_assert_cmpstr(clean, ==, cases[i].clean);
    }
}

static void test_shorten(void)
{
    static const struct {
        const char *text;
        gsize width;
        CliShorten where;
        const char *mark;
        const char *expected;
    } cases[] = {
        {"abcdef", 6, CLI_SHORTEN_END, "…", "abcdef"},
        {"abcdef", 5, CLI_SHORTEN_END, "…", "abcd…"},
        {"abcdef", 5, CLI_SHORTEN_END, "..", "abc.."},
        {"abcdef", 1, CLI_SHORTEN_END, "…", "a"},
        {"abcdef", 2, CLI_SHORTEN_END, "..", "ab"},
        {"abcdef", 0, CLI_SHORTEN_END, "…", ""},
        {"日本語文", 6, CLI_SHORTEN_END, "…", "日本…"},
        {"socks5://10.0.0.1:1080", 13, CLI_SHORTEN_MIDDLE, "…", "sock…0.1:1080"},
        {"日本語文字列", 8, CLI_SHORTEN_MIDDLE, "…", "日…字列"},
        {"abcde\xcc\x81"
         "f",
         3, CLI_SHORTEN_MIDDLE, "…", "a…f"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            cli_text_shorten(cases[i].text, cases[i].width, cases[i].mark, cases[i].where);
        g_assert_cmpuint(cli_text_width(text), <=, cases[i].width);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

static void test_shorten_never_breaks_a_character_nor_the_width(void)
{
    const char *text = "日a本b語e\xcc\x81文ü字";

    for (gsize width = 0; width < 20; width++) {
        for (CliShorten where = CLI_SHORTEN_END; where <= CLI_SHORTEN_MIDDLE; where++) {
            g_autofree char *shortened = cli_text_shorten(text, width, "…", where);
            g_assert_true(g_utf8_validate(shortened, -1, NULL));
            g_assert_cmpuint(cli_text_width(shortened), <=, width);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/width", test_width_counts_columns_not_bytes);
    g_test_add_func("/text/clean", test_clean_keeps_what_controls_a_terminal_away);
    g_test_add_func("/text/shorten", test_shorten);
    g_test_add_func("/text/shorten-bounds", test_shorten_never_breaks_a_character_nor_the_width);
    return g_test_run();
}
