/* A loop with a relay, its events, origins, and clients that keep what they are given. */
#pragma once

#include "origin.h"
#include "ytops/relay.h"

typedef struct {
    uv_loop_t loop;
    uv_timer_t deadline;
    gboolean is_late;
    YtopsRelay *relay; /* NULL: closed */
    YtopsRelaySettings settings;
    guint64 packet_number;
    GPtrArray *origins;
    GPtrArray *clients;
    GPtrArray *events; /* texts: type, or "failover_triggered a->b" and so on */
} RelayBed;

typedef struct {
    RelayBed *bed;
    YtopsRelayClient *client; /* NULL: detached */
    guint n_heads;
    guint status;
    gint64 length;
    char *content_type;
    char *content_range;
    GByteArray *body;          /* what was taken */
    gsize queued;              /* what is not taken */
    gboolean is_slow;          /* nothing is taken */
    YtopsRelayStream *deletes; /* from within its next data */
    gboolean leaves;           /* goes away from within its next data */
    guint n_ends;
    char *error; /* NULL: a complete end */
    char *error_status;
} BedClient;

RelayBed *relay_bed_new(void);
void relay_bed_close_relay(RelayBed *bed);
void relay_bed_free(RelayBed *bed); /* closes all and checks that the loop is empty */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayBed, relay_bed_free)

Origin *relay_bed_origin(RelayBed *bed, OriginPlan plan, gpointer data);

/* urls[0] is the first, the rest failovers; takes the strings over. */
YtopsRelayStream *relay_bed_stream(RelayBed *bed, YtopsRelayKind kind, char *url, char *failover,
                                   char *third);
BedClient *relay_bed_attach(RelayBed *bed, YtopsRelayStream *stream,
                            const YtopsRelayRequest *request);
void relay_bed_detach(BedClient *client);

/* One turn of the loop; fails the test when its deadline has passed. */
void relay_bed_turn(RelayBed *bed);
void relay_bed_until_end(BedClient *client);
void relay_bed_until_bytes(BedClient *client, gsize bytes);
void relay_bed_run_ms(RelayBed *bed, guint ms);
guint relay_bed_count_events(RelayBed *bed, const char *prefix);

/* So many packets of a broadcast, then that end. */
void relay_bed_answer_live(OriginAnswer *answer, gsize packets, OriginEnd end);
/* A broadcast without end. */
void relay_bed_plan_steady(const OriginRequest *request, OriginAnswer *answer, gpointer data);

/* Whole packets, each number higher than the one before. */
void relay_bed_check_packets(const BedClient *client);
