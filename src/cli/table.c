#include "table.h"

/* Below this a column tells nothing any more; the terminal may then wrap. */
#define NARROWEST 8
#define GAP 2

typedef struct {
    char *text;
    gsize width;
    CliStyle style;
} Cell;

struct CliTable {
    const CliColumn *columns;
    guint n_columns;
    GArray *cells; /* of Cell, row after row */
};

static void cell_clear(gpointer cell)
{
    g_free(((Cell *)cell)->text);
}

CliTable *cli_table_new(const CliColumn *columns, guint n_columns)
{
    CliTable *table = g_new0(CliTable, 1);

    table->columns = columns;
    table->n_columns = n_columns;
    table->cells = g_array_new(FALSE, FALSE, sizeof(Cell));
    g_array_set_clear_func(table->cells, cell_clear);
    return table;
}

void cli_table_free(CliTable *table)
{
    if (table == NULL)
        return;
    g_array_unref(table->cells);
    g_free(table);
}

void cli_table_add(CliTable *table, const char *text, CliStyle style)
{
    Cell cell = {.text = cli_text_clean(text), .style = style};

    cell.width = cli_text_width(cell.text);
    g_array_append_val(table->cells, cell);
}

void cli_table_add_int(CliTable *table, gint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);

    cli_table_add(table, text, CLI_STYLE_PLAIN);
}

static const char *style_start(CliStyle style)
{
    switch (style) {
    case CLI_STYLE_BOLD:
        return "\033[1m";
    case CLI_STYLE_GREEN:
        return "\033[32m";
    case CLI_STYLE_YELLOW:
        return "\033[33m";
    case CLI_STYLE_RED:
        return "\033[31m";
    case CLI_STYLE_CYAN:
        return "\033[36m";
    case CLI_STYLE_PLAIN:
        break;
    }
    return NULL;
}

static guint count_rows(const CliTable *table)
{
    return table->cells->len / table->n_columns;
}

static const Cell *get_cell(const CliTable *table, guint row, guint column)
{
    return &g_array_index(table->cells, Cell, row * table->n_columns + column);
}

/* How wide the column wants to be; 0: it is left out. */
static gsize natural_width(const CliTable *table, guint column, gboolean hide_empty)
{
    gsize widest = 0;

    for (guint row = 0; row < count_rows(table); row++)
        widest = MAX(widest, get_cell(table, row, column)->width);
    if (widest == 0 && hide_empty)
        return 0;
    return MAX(widest, cli_text_width(table->columns[column].title));
}

static gsize total_width(const gsize *widths, guint n)
{
    gsize total = 0;

    for (guint i = 0; i < n; i++)
        total += widths[i] > 0 ? widths[i] + GAP : 0;
    return total > GAP ? total - GAP : 0;
}

/* Of the columns that are wider than their floor the widest; n where there is none. */
static guint widest_above(const gsize *widths, const gsize *floors, guint n)
{
    guint widest = n;

    for (guint i = 0; i < n; i++) {
        if (widths[i] > floors[i] && (widest == n || widths[i] > widths[widest]))
            widest = i;
    }
    return widest;
}

/* Takes what is too much from the widest columns, one down to the next, and none below its floor. */
static void shrink_widths(gsize *widths, const gsize *floors, guint n, gsize available)
{
    gsize total = total_width(widths, n);
    guint widest;

    while (total > available && (widest = widest_above(widths, floors, n)) < n) {
        gsize next = floors[widest], cut;

        for (guint i = 0; i < n; i++) {
            if (i != widest && widths[i] > floors[i])
                next = MAX(next, MIN(widths[i], widths[widest] - 1));
        }
        cut = MIN(widths[widest] - next, total - available);
        widths[widest] -= cut;
        total -= cut;
    }
}

/* The column to leave out next; n where every one must stay. */
static guint next_to_drop(const CliTable *table, const gsize *widths)
{
    guint found = table->n_columns, rank = 0;

    for (guint i = 0; i < table->n_columns; i++) {
        if (widths[i] > 0 && table->columns[i].drop > rank) {
            found = i;
            rank = table->columns[i].drop;
        }
    }
    return found;
}

static void fit_widths(const CliTable *table, gsize *widths, gsize available)
{
    guint n = table->n_columns, dropped;
    g_autofree gsize *floors = g_new(gsize, n);

    for (guint i = 0; i < n; i++) {
        gsize enough = table->columns[i].enough;
        floors[i] = enough > 0 ? MIN(widths[i], enough) : widths[i];
    }
    while (total_width(floors, n) > available && (dropped = next_to_drop(table, floors)) < n)
        widths[dropped] = floors[dropped] = 0;
    shrink_widths(widths, floors, n, available);
    for (guint i = 0; i < n; i++)
        floors[i] = MIN(widths[i], NARROWEST);
    shrink_widths(widths, floors, n, available);
}

static void append_blanks(GString *text, gsize count)
{
    for (gsize i = 0; i < count; i++)
        g_string_append_c(text, ' ');
}

/* Appends the text in a field of that width; what is pending of blanks goes before it. */
static void append_field(GString *line, const CliColumn *column, const Cell *cell, gsize width,
                         const CliTableLook *look, gsize *pending)
{
    g_autofree char *text = cli_text_shorten(cell->text, width, look->mark, column->shorten);
    gsize spare = width - MIN(width, cli_text_width(text));
    const char *start = look->colour ? style_start(cell->style) : NULL;

    if (*text == '\0') {
        *pending += width + GAP;
        return;
    }
    append_blanks(line, *pending + (column->right ? spare : 0));
    if (start != NULL)
        g_string_append(line, start);
    g_string_append(line, text);
    if (start != NULL)
        g_string_append(line, "\033[0m");
    *pending = GAP + (column->right ? 0 : spare);
}

static void append_row(GString *out, const CliTable *table, const Cell *cells, const gsize *widths,
                       const CliTableLook *look)
{
    gsize pending = 0;

    for (guint i = 0; i < table->n_columns; i++) {
        if (widths[i] > 0)
            append_field(out, &table->columns[i], &cells[i], widths[i], look, &pending);
    }
    g_string_append_c(out, '\n');
}

static void append_header(GString *out, const CliTable *table, const gsize *widths,
                          const CliTableLook *look)
{
    g_autofree Cell *titles = g_new0(Cell, table->n_columns);

    for (guint i = 0; i < table->n_columns; i++) {
        titles[i].text = (char *)table->columns[i].title;
        titles[i].style = CLI_STYLE_BOLD;
    }
    append_row(out, table, titles, widths, look);
}

char *cli_table_render(const CliTable *table, const CliTableLook *look)
{
    g_autofree gsize *widths = g_new(gsize, table->n_columns);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < table->n_columns; i++)
        widths[i] = natural_width(table, i, look->hide_empty);
    if (look->width > 0)
        fit_widths(table, widths, look->width);

    append_header(out, table, widths, look);
    for (guint row = 0; row < count_rows(table); row++)
        append_row(out, table, get_cell(table, row, 0), widths, look);
    return g_string_free(out, FALSE);
}
