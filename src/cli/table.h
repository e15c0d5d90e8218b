/*
 * A table of text: filled cell by cell, laid out at once. Pure.
 *
 *     CliTable *table = cli_table_new(columns, G_N_ELEMENTS(columns));
 *     cli_table_add(table, "acc_01", CLI_STYLE_PLAIN);
 *     cli_table_add(table, "BANNED", CLI_STYLE_RED);
 *     g_autofree char *text = cli_table_render(table, &look);
 *
 * Columns are as wide as their widest cell by display width, with two blanks between. Where the
 * whole is wider than the look allows, columns are left out as long as the others would not have
 * their `enough`; then the widest ones are shortened, down to that, and in the end below it.
 */
#pragma once

#include "text.h"

typedef enum {
    CLI_STYLE_PLAIN,
    CLI_STYLE_BOLD,
    CLI_STYLE_GREEN,
    CLI_STYLE_YELLOW,
    CLI_STYLE_RED,
    CLI_STYLE_CYAN
} CliStyle;

typedef struct {
    const char *title;
    gboolean right; /* aligned to the right: numbers */
    CliShorten shorten;
    gsize enough; /* width that tells what matters; 0: only the whole does */
    guint drop;   /* the highest is left out first; 0: never */
} CliColumn;

typedef struct {
    gboolean colour;
    gboolean hide_empty; /* leave out columns in which every cell is "" */
    gsize width;         /* columns there are; 0: as many as it takes */
    const char *mark;    /* stands where text was left out */
} CliTableLook;

typedef struct CliTable CliTable;

/* The columns are borrowed and must outlive the table. */
CliTable *cli_table_new(const CliColumn *columns, guint n_columns);
void cli_table_free(CliTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliTable, cli_table_free)

/* The next cell of the row, made safe to show by cli_text_clean; a full row starts a new one. */
void cli_table_add(CliTable *table, const char *text, CliStyle style);
void cli_table_add_int(CliTable *table, gint64 number);

/* The header and every full row, a line each, without blanks at the end. Free with g_free. */
char *cli_table_render(const CliTable *table, const CliTableLook *look);
