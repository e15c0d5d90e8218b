/*
 * The relay's source of media: pages become media by the token service, and what the relay tells of
 * proxies goes to the pools. The relay is installed with it and let go of from the main thread.
 */
#pragma once

#include "ytops/relay.h"
#include "ytops/relay_loop.h"
#include "ytops/token_service.h"

typedef struct RelaySource RelaySource;

/* Borrowed; all must outlive the source. */
typedef struct {
    YtopsRelayLoop *loop;
    YtopsRelay *relay;
    YtopsTokenService *tokens;
    YtopsProxyManager *proxies;
    const YtopsErrorPolicy *policy;
    gint64 timeout_s; /* of a token */
} RelaySourceOptions;

RelaySource *relay_source_new(const RelaySourceOptions *options);

/*
 * Takes it from the relay, whose streams get no further token; answers that are under way are
 * dropped. Before the relay and the token service are freed. NULL is fine.
 */
void relay_source_free(RelaySource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelaySource, relay_source_free)
