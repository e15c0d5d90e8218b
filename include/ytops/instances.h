/*
 * The running instances, as they tell of themselves in Redis: which roles there are, where, and what
 * each is doing.
 *
 *     publish every 2 s -> a document that lives for 30 s -> list, on any instance
 *     end in good order -> gone at once; a crash -> gone 30 s later
 *
 * A document is a JSON object. The publisher writes who and where; other parts of the program add
 * what they do, through a callback, so that nothing here knows of them. docs/redis-keys.md has the
 * fields.
 */
#pragma once

#include "ytops/json.h"
#include "ytops/redis.h"
#include "ytops/role.h"

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct YtopsInstances YtopsInstances;

/* `pool` must outlive it. Thread-safe. */
YtopsInstances *ytops_instances_new(YtopsRedisPool *pool);
void ytops_instances_free(YtopsInstances *instances);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsInstances, ytops_instances_free)

/*
 * An array of the documents of the living, ordered by instance_id, at most 1000; each has also
 * `age_s`, whole seconds since it was published, on Redis' clock. What is no such document is left
 * out. Errors are those of ytops/redis.h. Blocks on Redis. ytops_json_unref.
 */
YtopsJson *ytops_instances_list(YtopsInstances *instances, GError **error);

/* ---- publishing --------------------------------------------------------------------------- */

/* Who publishes. Strings are copied; NULL and "" mean none. */
typedef struct {
    const char *instance_id;
    YtopsRole service_role;
    const char *server_identity;
    gint64 started_at;        /* Unix seconds */
    const char *rpc_address;  /* "127.0.0.1:9090" */
    const char *http_address; /* NULL: no HTTP */
} YtopsInstanceFacts;

typedef struct YtopsInstancePublisher YtopsInstancePublisher;

/* Adds to the document what a part of the program is doing. On the publisher's thread; may block. */
typedef void (*YtopsInstancePart)(YtopsJson *document, gpointer data);

/* `pool` must outlive it. */
YtopsInstancePublisher *ytops_instance_publisher_new(YtopsRedisPool *pool,
                                                     const YtopsInstanceFacts *facts);

/* To be called for each document; before start. */
void ytops_instance_publisher_add(YtopsInstancePublisher *publisher, YtopsInstancePart part,
                                  gpointer data);

/*
 * Publishes now and every 2 s, on a thread of its own. Where Redis does not answer it goes on
 * trying, without a word: whatever needs Redis says so.
 */
void ytops_instance_publisher_start(YtopsInstancePublisher *publisher);

/* Publishes at once, as something important changed; after start. Does not wait for it. */
void ytops_instance_publisher_hurry(YtopsInstancePublisher *publisher);

/* Whether the last document reached Redis; FALSE before the first did. Any thread. */
gboolean ytops_instance_publisher_is_heard(YtopsInstancePublisher *publisher);

/* Ends the thread and removes the document; no part is called any more. NULL is fine. */
void ytops_instance_publisher_free(YtopsInstancePublisher *publisher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsInstancePublisher, ytops_instance_publisher_free)
