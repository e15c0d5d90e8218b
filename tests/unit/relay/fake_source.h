/* A source of media that answers when the test says so, and keeps what it is told of proxies. */
#pragma once

#include "relay_bed.h"

typedef struct {
    RelayBed *bed;
    GPtrArray *pending; /* requests without an answer */
    guint n_asked;
    guint n_renewals;
    guint n_cancelled;
    const char *refuses; /* the field that check refuses; NULL: none */
    GPtrArray *reports;  /* texts: "good PROXY", "MEDIA_403 PROXY" */
} FakeSource;

FakeSource *fake_source_new(RelayBed *bed);
void fake_source_free(FakeSource *source); /* after the bed */

/* Waits until something is asked for, and answers the oldest of it. */
void fake_source_give(FakeSource *source, char *url, const char *proxy_url, gint64 expires_at);
void fake_source_fail(FakeSource *source, YtopsErrorCode code);

/* A stream of a page, of the bed's settings. */
YtopsRelayStream *fake_source_stream(FakeSource *source, YtopsRelayKind kind,
                                     const char *proxy_url);
