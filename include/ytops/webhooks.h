/*
 * Sends the relay's events to registered URLs: POST with the event as JSON. Each hook has a queue
 * and a pace of its own. Everything happens on the relay loop's thread and never blocks.
 */
#pragma once

#include "ytops/error.h"
#include "ytops/relay_events.h"

typedef struct YtopsWebhooks YtopsWebhooks;

/* 0 stands for the default in brackets. */
typedef struct {
    gboolean allow_private; /* hooks on loopback and private addresses */
    guint tries;            /* of one event [5], then it is dropped with a log line */
    guint retry_delay_ms;   /* before the second try [1000]; doubles with each */
    guint timeout_ms;       /* of one try, for the whole answer [10000] */
    guint queue_limit;      /* events waiting for one hook [1000]; the oldest is dropped */
} YtopsWebhookOptions;

/* `events` must outlive it. */
YtopsWebhooks *ytops_webhooks_new(uv_loop_t *loop, YtopsRelayEvents *events,
                                  const YtopsWebhookOptions *options);

/* Forgets every hook and what waits for it; frees once libuv is done. NULL is fine. */
void ytops_webhooks_close(YtopsWebhooks *webhooks);

/*
 * types: names of event types, NULL-terminated; NULL or none: all. A hook for a URL that has one
 * already replaces its types. INVALID_ARGUMENT with the context `field` (url, events). Returns the
 * hook's id, owned by the hook.
 */
const char *ytops_webhooks_add(YtopsWebhooks *webhooks, const char *url, const char *const *types,
                               GError **error);

/* By its id or its URL. FALSE where there is none. */
gboolean ytops_webhooks_remove(YtopsWebhooks *webhooks, const char *id_or_url);

/*
 * An array of {"webhook_id", "url", "events": [names], "queued", "delivered", "dropped",
 * "last_error"}. Of the URL only scheme, host and port: the rest may be a secret.
 */
YtopsJson *ytops_webhooks_to_json(const YtopsWebhooks *webhooks);
