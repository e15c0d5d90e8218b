/* A relay whose pages have their media from a fake source, and a file for those to serve. */
#pragma once

#include "fake_source.h"
#include "vod_plan.h"

#define TOKEN_BED_DATE "Sat, 21 Nov 2026 10:00:00 GMT"
#define TOKEN_BED_SIZE 100000

typedef struct {
    RelayBed *bed;
    FakeSource *source;
    GBytes *file;
} TokenBed;

void token_bed_open(TokenBed *set);
void token_bed_close(TokenBed *set);

/* An origin's plan: refused, whatever is asked for. */
void token_bed_plan_403(const OriginRequest *request, OriginAnswer *answer, gpointer data);

/* The client has the file, every byte of it. */
void token_bed_check_whole(const TokenBed *set, const BedClient *client);

/* A time for media to expire at. */
gint64 token_bed_in_an_hour(void);
