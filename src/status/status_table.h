/*
 * One list of the state: rows of JSON by their ids, and which of them changed since the last update.
 * Not thread-safe.
 */
#pragma once

#include "ytops/json.h"

typedef struct StatusTable StatusTable;

/* The name is the list's in the state; borrowed. */
StatusTable *status_table_new(const char *name);
void status_table_free(StatusTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusTable, status_table_free)

guint status_table_size(const StatusTable *table);

/* Sets a row; takes over `row`, an object, which gets `id` as a member. `until`: see due; 0: none. */
void status_table_put(StatusTable *table, const char *id, YtopsJson *row, gint64 until);
void status_table_remove(StatusTable *table, const char *id);

/*
 * A round sets every row that there is; those that were not set in it are removed at its end. Rounds
 * may last, but do not overlap.
 */
void status_table_begin_round(StatusTable *table);
void status_table_end_round(StatusTable *table);

/*
 * The end of a ban or rest as the row should have it: the one that it has where they are nearly the
 * same, since each reading is a little off and no row shall change for that.
 */
gint64 status_table_settle(const StatusTable *table, const char *id, gint64 until);

/* Ids of rows whose `until` has come, at most `limit`; g_strfreev. */
char **status_table_due(const StatusTable *table, gint64 now, guint limit);

/* Appends `,"NAME":[row,...]`. */
void status_table_append_all(const StatusTable *table, GString *json);

/*
 * Appends `,"NAME":{"set":[row,...],"remove":[id,...]}` with what changed since the last time, or
 * nothing where nothing did. TRUE where it did.
 */
gboolean status_table_append_changes(StatusTable *table, GString *json);
