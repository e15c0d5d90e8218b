#include <unistd.h>

#include "instance_store.h"
#include "ytops/instances.h"
#include "ytops/log.h"
#include "ytops/ticker.h"

/* Well below the life of a document: a few tries may fail. */
#define INTERVAL_US (2 * G_USEC_PER_SEC)

typedef struct {
    YtopsInstancePart add;
    gpointer data;
} Part;

struct YtopsInstancePublisher {
    InstanceStore *store;
    YtopsRole service_role;
    char *instance_id;
    char *server_identity;
    char *rpc_address;
    char *http_address;
    gint64 started_at;
    GArray *parts;       /* of Part */
    YtopsTicker *ticker; /* NULL before the start */
    gint is_heard;       /* atomic */
};

static char *copy_or_none(const char *text)
{
    return text != NULL && *text != '\0' ? g_strdup(text) : NULL;
}

YtopsInstancePublisher *ytops_instance_publisher_new(YtopsRedisPool *pool,
                                                     const YtopsInstanceFacts *facts)
{
    YtopsInstancePublisher *publisher = g_new0(YtopsInstancePublisher, 1);

    publisher->store = instance_store_new(pool);
    publisher->service_role = facts->service_role;
    publisher->instance_id = g_strdup(facts->instance_id);
    publisher->server_identity = copy_or_none(facts->server_identity);
    publisher->rpc_address = copy_or_none(facts->rpc_address);
    publisher->http_address = copy_or_none(facts->http_address);
    publisher->started_at = facts->started_at;
    publisher->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    return publisher;
}

void ytops_instance_publisher_add(YtopsInstancePublisher *publisher, YtopsInstancePart part,
                                  gpointer data)
{
    Part added = {.add = part, .data = data};

    g_array_append_val(publisher->parts, added);
}

static YtopsJson *make_document(const YtopsInstancePublisher *publisher)
{
    YtopsJson *document = ytops_json_object_new();

    ytops_json_set_string(document, "instance_id", publisher->instance_id);
    ytops_json_set_string(document, "service_role", ytops_role_to_string(publisher->service_role));
    ytops_json_set_string(document, "server_identity", publisher->server_identity);
    ytops_json_set_string(document, "version", YTOPS_VERSION);
    ytops_json_set_string(document, "host", g_get_host_name());
    ytops_json_set_int(document, "pid", getpid());
    ytops_json_set_int(document, "started_at", publisher->started_at);
    ytops_json_set_string(document, "rpc_address", publisher->rpc_address);
    ytops_json_set_string(document, "http_address", publisher->http_address);
    for (guint i = 0; i < publisher->parts->len; i++) {
        const Part *part = &g_array_index(publisher->parts, Part, i);

        part->add(document, part->data);
    }
    return document;
}

static gint64 publish(gpointer data)
{
    YtopsInstancePublisher *publisher = data;
    g_autoptr(YtopsJson) document = make_document(publisher);
    g_autofree char *text = ytops_json_to_string(document);
    g_autoptr(GError) error = NULL;
    gboolean is_put = instance_store_put(publisher->store, publisher->instance_id, text, &error);

    g_atomic_int_set(&publisher->is_heard, is_put);
    if (!is_put)
        ytops_log_debug("instances", "publishing failed", "error", error->message, NULL);
    return INTERVAL_US;
}

void ytops_instance_publisher_start(YtopsInstancePublisher *publisher)
{
    publisher->ticker = ytops_ticker_new("instances", publish, publisher);
}

void ytops_instance_publisher_hurry(YtopsInstancePublisher *publisher)
{
    ytops_ticker_hurry(publisher->ticker);
}

gboolean ytops_instance_publisher_is_heard(YtopsInstancePublisher *publisher)
{
    return g_atomic_int_get(&publisher->is_heard);
}

static void stop(YtopsInstancePublisher *publisher)
{
    g_autoptr(GError) error = NULL;

    ytops_ticker_free(publisher->ticker);
    if (!instance_store_remove(publisher->store, publisher->instance_id, &error))
        ytops_log_debug("instances", "removing failed", "error", error->message, NULL);
}

void ytops_instance_publisher_free(YtopsInstancePublisher *publisher)
{
    if (publisher == NULL)
        return;
    if (publisher->ticker != NULL)
        stop(publisher);
    instance_store_free(publisher->store);
    g_array_unref(publisher->parts);
    g_free(publisher->instance_id);
    g_free(publisher->server_identity);
    g_free(publisher->rpc_address);
    g_free(publisher->http_address);
    g_free(publisher);
}
