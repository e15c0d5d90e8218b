#include "cli/table.h"

static const CliColumn THREE[] = {
    {"NAME", FALSE, CLI_SHORTEN_END, 0, 0},
    {"OK", TRUE, CLI_SHORTEN_END, 0, 0},
    {"NOTE", FALSE, CLI_SHORTEN_END, 0, 0},
};

static const CliTableLook PLAIN = {.mark = "…"};

static CliTable *three_columns(const char *const *names, const char *note)
{
    CliTable *table = cli_table_new(THREE, G_N_ELEMENTS(THREE));

    for (guint i = 0; names[i] != NULL; i++) {
        cli_table_add(table, names[i], CLI_STYLE_PLAIN);
        cli_table_add_int(table, i * 100);
        cli_table_add(table, note, CLI_STYLE_PLAIN);
    }
    return table;
}

static void test_columns_are_aligned_by_display_width(void)
{
    const char *names[] = {"a", "日本", "ünï", NULL};
    g_autoptr(CliTable) table = three_columns(names, "x");
    g_autofree char *text = cli_table_render(table, &PLAIN);

    g_assert_cmpstr(text, ==,
                    "NAME   OK  NOTE\n"
                    "a       0  x\n"
                    "日本  100  x\n"
                    "ünï   200  x\n");
}

static void test_empty_cells_leave_no_blanks_at_the_end(void)
{
    const char *names[] = {"a", NULL};
    g_autoptr(CliTable) table = three_columns(names, "");
    g_autofree char *text = cli_table_render(table, &PLAIN);

    g_assert_cmpstr(text, ==, "NAME  OK  NOTE\na      0\n");
}

static void test_an_empty_table_is_its_header(void)
{
    const char *names[] = {NULL};
    g_autoptr(CliTable) table = three_columns(names, "");
    g_autofree char *text = cli_table_render(table, &PLAIN);

    g_assert_cmpstr(text, ==, "NAME  OK  NOTE\n");
}

static void test_columns_without_content_can_be_hidden(void)
{
    const char *names[] = {"a", NULL};
    CliTableLook look = {.mark = "…", .hide_empty = TRUE};
    g_autoptr(CliTable) table = three_columns(names, "");
    g_autofree char *text = cli_table_render(table, &look);

    g_assert_cmpstr(text, ==, "NAME  OK\na      0\n");
}

static void test_colour_does_not_move_columns(void)
{
    CliTableLook look = {.mark = "…", .colour = TRUE};
    g_autoptr(CliTable) table = cli_table_new(THREE, G_N_ELEMENTS(THREE));
    g_autofree char *text = NULL;

    cli_table_add(table, "a", CLI_STYLE_RED);
    cli_table_add(table, "1", CLI_STYLE_GREEN);
    cli_table_add(table, "x", CLI_STYLE_YELLOW);
    text = cli_table_render(table, &look);
    g_assert_cmpstr(text, ==,
                    "\033[1mNAME\033[0m  \033[1mOK\033[0m  \033[1mNOTE\033[0m\n"
                    "\033[31ma\033[0m      \033[32m1\033[0m  \033[33mx\033[0m\n");
}

static void test_the_widest_column_is_shortened(void)
{
    const char *names[] = {"a-name-of-22-characters", NULL};
    CliTableLook look = {.mark = "…", .width = 30};
    g_autoptr(CliTable) table = three_columns(names, "a note of 20 letters");
    g_autofree char *text = cli_table_render(table, &look);

    g_assert_cmpstr(text, ==,
                    "NAME          OK  NOTE\n"
                    "a-name-of-2…   0  a note of 2…\n");
}

static void test_columns_give_way_by_their_rank(void)
{
    static const CliColumn columns[] = {
        {"NAME", FALSE, CLI_SHORTEN_END, 6, 0},
        {"FIRST", FALSE, CLI_SHORTEN_END, 0, 2},
        {"SECOND", FALSE, CLI_SHORTEN_END, 0, 1},
    };
    static const struct {
        gsize width;
        const char *expected;
    } cases[] = {
        {30, "NAME        FIRST  SECOND\nabcdefghij  1      2\n"},
        {25, "NAME        FIRST  SECOND\nabcdefghij  1      2\n"},
        {22, "NAME     FIRST  SECOND\nabcdef…  1      2\n"},
        {20, "NAME        SECOND\nabcdefghij  2\n"},
        {14, "NAME    SECOND\nabcde…  2\n"},
        {13, "NAME\nabcdefghij\n"},
        {9, "NAME\nabcdefgh…\n"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CliTableLook look = {.mark = "…", .width = cases[i].width};
        g_autoptr(CliTable) table = cli_table_new(columns, G_N_ELEMENTS(columns));
        g_autofree char *text = NULL;

        cli_table_add(table, "abcdefghij", CLI_STYLE_PLAIN);
        cli_table_add(table, "1", CLI_STYLE_PLAIN);
        cli_table_add(table, "2", CLI_STYLE_PLAIN);
        text = cli_table_render(table, &look);
        g_assert_cmpstr(text, ==, cases[i].expected);
    }
}

static void test_any_width_ends_and_is_kept_where_it_can_be(void)
{
    const char *names[] = {"a-name-of-22-characters", "日本語文字列日本語文字列", NULL};

    for (gsize width = 1; width < 60; width++) {
        CliTableLook look = {.mark = "…", .width = width};
        g_autoptr(CliTable) table = three_columns(names, "a note of 20 letters");
        g_autofree char *text = cli_table_render(table, &look);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

        for (guint i = 0; lines[i] != NULL; i++)
            g_assert_cmpuint(cli_text_width(lines[i]), <=, MAX(width, 8 + 2 + 3 + 2 + 8));
    }
}

static void test_cells_cannot_control_the_terminal(void)
{
    const char *names[] = {"a\033[2J\nb", NULL};
    g_autoptr(CliTable) table = three_columns(names, "socks5://u:secret@h:1");
    g_autofree char *text = cli_table_render(table, &PLAIN);

    g_assert_cmpstr(text, ==,
                    "NAME     OK  NOTE\n"
                    "a�[2J�b   0  socks5://u:***@h:1\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/aligned", test_columns_are_aligned_by_display_width);
    g_test_add_func("/table/blank-end", test_empty_cells_leave_no_blanks_at_the_end);
    g_test_add_func("/table/empty", test_an_empty_table_is_its_header);
    g_test_add_func("/table/hide-empty", test_columns_without_content_can_be_hidden);
    g_test_add_func("/table/colour", test_colour_does_not_move_columns);
    g_test_add_func("/table/widest", test_the_widest_column_is_shortened);
    g_test_add_func("/table/rank", test_columns_give_way_by_their_rank);
    g_test_add_func("/table/any-width", test_any_width_ends_and_is_kept_where_it_can_be);
    g_test_add_func("/table/safe", test_cells_cannot_control_the_terminal);
    return g_test_run();
}
