#include "cli/shell_quote.h"

static void test_words(void)
{
    static const struct {
        const char *word;
        const char *quoted;
    } cases[] = {
        {"yt-dlp", "yt-dlp"},
        {"/tmp/info.json", "/tmp/info.json"},
        {"socks5://user@10.0.0.1:1080", "socks5://user@10.0.0.1:1080"},
        {"", "''"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"$HOME", "'$HOME'"},
        {"`id`", "'`id`'"},
        {"a;b&c|d", "'a;b&c|d'"},
        {"~root", "'~root'"},
        {"*?[", "'*?['"},
        {"a\nb", "'a\nb'"},
        {"#x", "'#x'"},
        {"é", "'é'"},
        {"--a=b", "--a=b"},
        {"a=b", "'a=b'"},
        {"--a=b c", "'--a=b c'"},
        {"--a=~", "'--a=~'"},
        {"\\", "'\\'"},
        {"!x", "'!x'"},
        {"{a,b}", "'{a,b}'"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *quoted = cli_shell_quote(cases[i].word);
        g_assert_cmpstr(quoted, ==, cases[i].quoted);
    }
}

/* What `sh -c` prints for the line. Free with g_free. */
static char *run_shell(char *line)
{
    char shell[] = "/bin/sh", flag[] = "-c";
    char *arguments[] = {shell, flag, line, NULL};
    char *out = NULL;
    g_autoptr(GError) error = NULL;

    g_spawn_sync(NULL, arguments, NULL, 0, NULL, NULL, &out, NULL, NULL, &error);
    g_assert_no_error(error);
    return out;
}

/* Every byte, as a word of its own and inside of one, comes out of a real shell as it went in. */
static void test_a_shell_reads_every_byte_back(void)
{
    for (int byte = 1; byte < 256; byte++) {
        char alone[] = {(char)byte, '\0'}, inside[] = {'a', (char)byte, '\'', 'b', '\0'};
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *line = NULL;
        g_autofree char *out = NULL;
        g_autofree char *expected = g_strdup_printf("%s|%s|", alone, inside);

        g_ptr_array_add(words, g_strdup("printf"));
        g_ptr_array_add(words, g_strdup("%s|%s|"));
        g_ptr_array_add(words, g_strdup(alone));
        g_ptr_array_add(words, g_strdup(inside));
        line = cli_shell_line(words);
        out = run_shell(line);
        g_assert_cmpstr(out, ==, expected);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shell-quote/words", test_words);
    g_test_add_func("/shell-quote/real-shell", test_a_shell_reads_every_byte_back);
    return g_test_run();
}
