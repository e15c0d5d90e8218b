/* The JSON body of POST /streams as a specification of a stream. Pure. */
#pragma once

#include "ytops/json.h"
#include "ytops/relay.h"

typedef struct {
    YtopsRelaySpec spec; /* borrows from the rest */
    YtopsRelaySettings settings;
    YtopsJson *body;
    GPtrArray *failover_urls;
} StreamSpec;

/*
 * Reads the body. `defaults` are the settings that the body may override. INVALID_ARGUMENT, with the
 * context `field`, for what is no JSON object, a value of the wrong type, or a bad setting; whether
 * the URLs can be used is checked by the relay. Free with stream_spec_free.
 */
StreamSpec *stream_spec_parse(GBytes *text, const YtopsRelaySettings *defaults, GError **error);
void stream_spec_free(StreamSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamSpec, stream_spec_free)

/* A body as a JSON object; INVALID_ARGUMENT with the context `field` "body" otherwise. */
YtopsJson *stream_spec_parse_object(GBytes *text, GError **error);

/* The string member; NULL with an error where it is absent, empty or of another type. */
const char *stream_spec_required(const YtopsJson *body, const char *key, GError **error);
