#include "status_table.h"

/* A reading is off by less than a second on each side, and a moment on the way. */
#define SAME_TIME_S 2

typedef struct {
    char *text;
    gint64 until;
    guint round;
} Row;

struct StatusTable {
    const char *name;
    GHashTable *rows;    /* id -> Row */
    GHashTable *changed; /* a set of ids, set or removed since the last update */
    guint round;
};

static void row_free(gpointer data)
{
    Row *row = data;
    g_free(row->text);
    g_free(row);
}

StatusTable *status_table_new(const char *name)
{
    StatusTable *table = g_new0(StatusTable, 1);
    table->name = name;
    table->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, row_free);
    table->changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return table;
}

void status_table_free(StatusTable *table)
{
    if (table == NULL)
        return;
    g_hash_table_unref(table->rows);
    g_hash_table_unref(table->changed);
    g_free(table);
}

guint status_table_size(const StatusTable *table)
{
    return g_hash_table_size(table->rows);
}

void status_table_put(StatusTable *table, const char *id, YtopsJson *json, gint64 until)
{
    ytops_json_set_string(json, "id", id);
    char *text = ytops_json_to_string(json);
    ytops_json_unref(json);
    Row *row = g_hash_table_lookup(table->rows, id);
    if (row == NULL) {
        row = g_new0(Row, 1);
        g_hash_table_insert(table->rows, g_strdup(id), row);
    }
    if (g_strcmp0(row->text, text) != 0)
        g_hash_table_add(table->changed, g_strdup(id));
    g_free(row->text);
    row->text = text;
    row->until = until;
    row->round = table->round;
}

void status_table_remove(StatusTable *table, const char *id)
{
    if (g_hash_table_remove(table->rows, id))
        g_hash_table_add(table->changed, g_strdup(id));
}

void status_table_begin_round(StatusTable *table)
{
    table->round++;
}

void status_table_end_round(StatusTable *table)
{
    GHashTableIter iterator;
    gpointer id, value;
    g_hash_table_iter_init(&iterator, table->rows);
    while (g_hash_table_iter_next(&iterator, &id, &value)) {
        if (((Row *)value)->round == table->round)
            continue;
        g_hash_table_add(table->changed, g_strdup(id));
        g_hash_table_iter_remove(&iterator);
    }
}

gint64 status_table_settle(const StatusTable *table, const char *id, gint64 until)
{
    const Row *row = g_hash_table_lookup(table->rows, id);
    gboolean are_times = row != NULL && row->until > 0 && until > 0;
    return are_times && ABS(row->until - until) <= SAME_TIME_S ? row->until : until;
}

char **status_table_due(const StatusTable *table, gint64 now, guint limit)
{
    GStrvBuilder *due = g_strv_builder_new();
    GHashTableIter iterator;
    gpointer id, value;
    g_hash_table_iter_init(&iterator, table->rows);
    while (limit > 0 && g_hash_table_iter_next(&iterator, &id, &value)) {
        const Row *row = value;
        if (row->until == 0 || row->until > now)
            continue;
        g_strv_builder_add(due, id);
        limit--;
    }
    char **ids = g_strv_builder_end(due);
    g_strv_builder_unref(due);
    return ids;
}

void status_table_append_all(const StatusTable *table, GString *json)
{
    const char *separator = "";
    GHashTableIter iterator;
    gpointer value;
    g_string_append_printf(json, ",\"%s\":[", table->name);
    g_hash_table_iter_init(&iterator, table->rows);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        g_string_append(json, separator);
        g_string_append(json, ((Row *)value)->text);
        separator = ",";
    }
    g_string_append_c(json, ']');
}

gboolean status_table_append_changes(StatusTable *table, GString *json)
{
    if (g_hash_table_size(table->changed) == 0)
        return FALSE;
    g_autoptr(YtopsJson) removed = ytops_json_array_new();
    const char *separator = "";
    GHashTableIter iterator;
    gpointer id;
    g_string_append_printf(json, ",\"%s\":{\"set\":[", table->name);
    g_hash_table_iter_init(&iterator, table->changed);
    while (g_hash_table_iter_next(&iterator, &id, NULL)) {
        const Row *row = g_hash_table_lookup(table->rows, id);
        if (row == NULL) {
            ytops_json_append_string(removed, id);
            continue;
        }
        g_string_append(json, separator);
        g_string_append(json, row->text);
        separator = ",";
    }
    g_autofree char *gone = ytops_json_to_string(removed);
    g_string_append_printf(json, "],\"remove\":%s}", gone);
    g_hash_table_remove_all(table->changed);
    return TRUE;
}
