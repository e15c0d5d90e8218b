#include <glib.h>
#include <sanitizer/tsan_interface.h>

#include "real.h"

/*
 * GLib's containers are read and written inside of GLib, where ThreadSanitizer does not look. These
 * functions announce each call as an access to the container's first words: that is enough to find
 * those that nothing orders. What GLib's macros and our code access directly is in the same words.
 */
static struct {
    void *hash_table, *ptr_array, *array, *queue, *string;
} tags;

static void __attribute__((constructor)) name_types(void)
{
    tags.hash_table = __tsan_external_register_tag("GHashTable");
    tags.ptr_array = __tsan_external_register_tag("GPtrArray");
    tags.array = __tsan_external_register_tag("GArray");
    tags.queue = __tsan_external_register_tag("GQueue");
    tags.string = __tsan_external_register_tag("GString");
}

static void reads(gconstpointer container, void *tag)
{
    char *bytes = (char *)container;

    __tsan_external_read(bytes, NULL, tag);
    __tsan_external_read(bytes + sizeof(gpointer), NULL, tag);
}

static void writes(gconstpointer container, void *tag)
{
    char *bytes = (char *)container;

    __tsan_external_write(bytes, NULL, tag);
    __tsan_external_write(bytes + sizeof(gpointer), NULL, tag);
}

/*
 * ASKS and CHANGES(result, function, (parameters), (arguments), container, its tag); LOOKS and
 * DOES are the same without a result.
 */
#define GIVES(access, result, name, parameters, arguments, container, tag)                         \
    TSAN_STANDS_BEFORE(name);                                                                      \
    result name parameters                                                                         \
    {                                                                                              \
        access(container, tags.tag);                                                               \
        return TSAN_REAL(name) arguments;                                                          \
    }
#define ASKS(...) GIVES(reads, __VA_ARGS__)
#define CHANGES(...) GIVES(writes, __VA_ARGS__)
#define ACTS(access, name, parameters, arguments, container, tag)                                  \
    TSAN_STANDS_BEFORE(name);                                                                      \
    void name parameters                                                                           \
    {                                                                                              \
        access(container, tags.tag);                                                               \
        TSAN_REAL(name) arguments;                                                                 \
    }
#define DOES(...) ACTS(writes, __VA_ARGS__)
#define LOOKS(...) ACTS(reads, __VA_ARGS__)

/* ---- GHashTable -------------------------------------------------------------------------- */

#define KEYED (GHashTable * table, gconstpointer key), (table, key), table, hash_table
#define PUT                                                                                        \
    (GHashTable * table, gpointer key, gpointer value), (table, key, value), table, hash_table
#define WHOLE (GHashTable * table), (table), table, hash_table

ASKS(gpointer, g_hash_table_lookup, KEYED)
ASKS(gboolean, g_hash_table_contains, KEYED)
ASKS(gboolean, g_hash_table_lookup_extended,
     (GHashTable * table, gconstpointer key, gpointer *found, gpointer *value),
     (table, key, found, value), table, hash_table)
ASKS(guint, g_hash_table_size, WHOLE)
ASKS(GList *, g_hash_table_get_keys, WHOLE)
ASKS(GList *, g_hash_table_get_values, WHOLE)
ASKS(gpointer *, g_hash_table_get_keys_as_array, (GHashTable * table, guint *length),
     (table, length), table, hash_table)
ASKS(gpointer, g_hash_table_find, (GHashTable * table, GHRFunc func, gpointer data),
     (table, func, data), table, hash_table)
ASKS(gboolean, g_hash_table_iter_next, (GHashTableIter * iter, gpointer *key, gpointer *value),
     (iter, key, value), g_hash_table_iter_get_hash_table(iter), hash_table)
CHANGES(gboolean, g_hash_table_add, (GHashTable * table, gpointer key), (table, key), table,
        hash_table)
CHANGES(gboolean, g_hash_table_insert, PUT)
CHANGES(gboolean, g_hash_table_replace, PUT)
CHANGES(gboolean, g_hash_table_remove, KEYED)
CHANGES(guint, g_hash_table_foreach_remove, (GHashTable * table, GHRFunc func, gpointer data),
        (table, func, data), table, hash_table)
LOOKS(g_hash_table_foreach, (GHashTable * table, GHFunc func, gpointer data), (table, func, data),
      table, hash_table)
LOOKS(g_hash_table_iter_init, (GHashTableIter * iter, GHashTable *table), (iter, table), table,
      hash_table)
DOES(g_hash_table_remove_all, WHOLE)
DOES(g_hash_table_iter_remove, (GHashTableIter * iter), (iter),
     g_hash_table_iter_get_hash_table(iter), hash_table)
DOES(g_hash_table_iter_steal, (GHashTableIter * iter), (iter),
     g_hash_table_iter_get_hash_table(iter), hash_table)

/* ---- GPtrArray --------------------------------------------------------------------------- */

#define INDEXED (GPtrArray * array, guint index), (array, index), array, ptr_array
#define ELEMENT (GPtrArray * array, gpointer data), (array, data), array, ptr_array

ASKS(gboolean, g_ptr_array_find_with_equal_func,
     (GPtrArray * array, gconstpointer data, GEqualFunc equal, guint *index),
     (array, data, equal, index), array, ptr_array)
ASKS(GPtrArray *, g_ptr_array_copy, (GPtrArray * array, GCopyFunc copy, gpointer data),
     (array, copy, data), array, ptr_array)
CHANGES(gboolean, g_ptr_array_remove, ELEMENT)
CHANGES(gboolean, g_ptr_array_remove_fast, ELEMENT)
CHANGES(gpointer, g_ptr_array_remove_index, INDEXED)
CHANGES(gpointer, g_ptr_array_steal_index, INDEXED)
CHANGES(gpointer *, g_ptr_array_steal, (GPtrArray * array, gsize *length), (array, length), array,
        ptr_array)
CHANGES(GPtrArray *, g_ptr_array_remove_range, (GPtrArray * array, guint index, guint length),
        (array, index, length), array, ptr_array)
DOES(g_ptr_array_add, ELEMENT)
DOES(g_ptr_array_insert, (GPtrArray * array, gint index, gpointer data), (array, index, data),
     array, ptr_array)
DOES(g_ptr_array_set_size, (GPtrArray * array, gint length), (array, length), array, ptr_array)
DOES(g_ptr_array_sort, (GPtrArray * array, GCompareFunc compare), (array, compare), array,
     ptr_array)

TSAN_STANDS_BEFORE(g_ptr_array_extend);

void g_ptr_array_extend(GPtrArray *array, GPtrArray *more, GCopyFunc copy, gpointer data)
{
    writes(array, tags.ptr_array);
    reads(more, tags.ptr_array);
    TSAN_REAL(g_ptr_array_extend)(array, more, copy, data);
}

/* ---- GArray and GByteArray --------------------------------------------------------------- */

CHANGES(GArray *, g_array_append_vals, (GArray * items, gconstpointer data, guint length),
        (items, data, length), items, array)
CHANGES(GArray *, g_array_set_size, (GArray * items, guint length), (items, length), items, array)
CHANGES(GByteArray *, g_byte_array_append, (GByteArray * bytes, const guint8 *data, guint length),
        (bytes, data, length), bytes, array)
CHANGES(GByteArray *, g_byte_array_remove_range, (GByteArray * bytes, guint index, guint length),
        (bytes, index, length), bytes, array)
CHANGES(GByteArray *, g_byte_array_set_size, (GByteArray * bytes, guint length), (bytes, length),
        bytes, array)

/* ---- GQueue ------------------------------------------------------------------------------ */

#define PUSH (GQueue * list, gpointer data), (list, data), list, queue
#define LINK (GQueue * list, GList * link), (list, link), list, queue
#define ENTIRE (GQueue * list), (list), list, queue

ASKS(gboolean, g_queue_is_empty, ENTIRE)
ASKS(guint, g_queue_get_length, ENTIRE)
ASKS(gpointer, g_queue_peek_head, ENTIRE)
ASKS(gpointer, g_queue_peek_tail, ENTIRE)
ASKS(GList *, g_queue_peek_nth_link, (GQueue * list, guint n), (list, n), list, queue)
LOOKS(g_queue_foreach, (GQueue * list, GFunc func, gpointer data), (list, func, data), list, queue)
CHANGES(gpointer, g_queue_pop_head, ENTIRE)
CHANGES(GList *, g_queue_pop_head_link, ENTIRE)
CHANGES(gpointer, g_queue_pop_nth, (GQueue * list, guint n), (list, n), list, queue)
DOES(g_queue_push_head, PUSH)
DOES(g_queue_push_tail, PUSH)
DOES(g_queue_push_head_link, LINK)
DOES(g_queue_push_tail_link, LINK)
DOES(g_queue_unlink, LINK)
DOES(g_queue_delete_link, LINK)
DOES(g_queue_clear, ENTIRE)
DOES(g_queue_clear_full, (GQueue * list, GDestroyNotify notify), (list, notify), list, queue)

/* ---- GString ----------------------------------------------------------------------------- */

CHANGES(GString *, g_string_append, (GString * text, const char *more), (text, more), text, string)
CHANGES(GString *, g_string_append_len, (GString * text, const char *more, gssize length),
        (text, more, length), text, string)
CHANGES(GString *, g_string_truncate, (GString * text, gsize length), (text, length), text, string)

/* By the one that takes a list, because this one's arguments cannot be passed on. */
TSAN_STANDS_BEFORE(g_string_append_vprintf);

void g_string_append_vprintf(GString *text, const char *format, va_list arguments)
{
    writes(text, tags.string);
    TSAN_REAL(g_string_append_vprintf)(text, format, arguments);
}

void g_string_append_printf(GString *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(text, format, arguments);
    va_end(arguments);
}
