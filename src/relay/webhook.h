/*
 * One webhook: a bounded queue of events and the delivery of the first of them.
 *
 *   IDLE -> SENDING -> IDLE            delivered, or given up after the last try
 *              |  ^
 *              v  |
 *            WAITING                   failed: after a delay once more
 */
#pragma once

#include "upstream.h"
#include "ytops/relay_events.h"
#include "ytops/webhooks.h"

typedef struct Webhook Webhook;

/* A bit for each YtopsRelayEventType. */
#define WEBHOOK_ALL_TYPES (~0u)

/* `options` without defaults left open; `upstream` must live until the hook is closed. */
Webhook *webhook_new(uv_loop_t *loop, Upstream *upstream, const YtopsWebhookOptions *options,
                     const char *id, const char *url);

/* Forgets what waits; frees once libuv and the fetch are done. */
void webhook_close(Webhook *hook);

const char *webhook_get_id(const Webhook *hook);
const char *webhook_get_url(const Webhook *hook);
void webhook_set_types(Webhook *hook, guint types);

/* Takes the event where its type is one of the hook's. */
void webhook_push(Webhook *hook, const YtopsRelayEvent *event, guint64 id);

YtopsJson *webhook_to_json(const Webhook *hook);

/* Scheme, host and port; "***" for what follows. g_free. */
char *webhook_url_show(const char *url);
