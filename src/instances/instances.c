#include "ytops/instances.h"

#include "instance_store.h"

struct YtopsInstances {
    InstanceStore *store;
};

YtopsInstances *ytops_instances_new(YtopsRedisPool *pool)
{
    YtopsInstances *instances = g_new0(YtopsInstances, 1);

    instances->store = instance_store_new(pool);
    return instances;
}

void ytops_instances_free(YtopsInstances *instances)
{
    if (instances == NULL)
        return;
    instance_store_free(instances->store);
    g_free(instances);
}

static int by_id(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(ytops_json_get_string(*(YtopsJson *const *)a, "instance_id"),
                     ytops_json_get_string(*(YtopsJson *const *)b, "instance_id"));
}

static void free_document(gpointer document)
{
    ytops_json_unref(document);
}

/* NULL for what no instance has written. */
static YtopsJson *parse(const char *text)
{
    g_autoptr(YtopsJson) document = ytops_json_parse(text, -1, NULL);

    if (document == NULL || ytops_json_get_type(document) != YTOPS_JSON_OBJECT ||
        ytops_json_get_string(document, "instance_id") == NULL)
        return NULL;
    return g_steal_pointer(&document);
}

YtopsJson *ytops_instances_list(YtopsInstances *instances, GError **error)
{
    g_autoptr(YtopsRedisReply) reply = instance_store_list(instances->store, error);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_document);
    YtopsJson *list;

    if (reply == NULL)
        return NULL;
    for (gsize i = 0; i + 1 < ytops_redis_reply_length(reply); i += 2) {
        YtopsJson *document = parse(ytops_redis_reply_string_at(reply, i + 1));

        if (document == NULL)
            continue;
        ytops_json_set_int(document, "age_s", ytops_redis_reply_int_at(reply, i, 0));
        g_ptr_array_add(found, document);
    }
    g_ptr_array_sort(found, by_id);
    list = ytops_json_array_new();
    for (guint i = 0; i < found->len; i++)
        ytops_json_append_take(list, ytops_json_ref(found->pdata[i]));
    return list;
}
