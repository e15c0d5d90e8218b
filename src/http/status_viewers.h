/*
 * Those who watch: GET /api/status once, GET /api/status/events for as long as they like. Lives on
 * the loop's thread.
 */
#pragma once

#include "ytops/http_server.h"
#include "ytops/relay_loop.h"
#include "ytops/status.h"

typedef struct StatusViewers StatusViewers;

/* The loop is borrowed; nobody is served before status_viewers_start. */
StatusViewers *status_viewers_new(YtopsRelayLoop *loop);

/* Adds the routes; `status` must outlive the server. */
void status_viewers_start(StatusViewers *viewers, YtopsHttpServer *server, YtopsStatus *status);

/* A YtopsStatusListener; `data` are the viewers. On any thread. */
void status_viewers_tell(GBytes *update, gpointer data);

/* After the status was freed and the server was closed. */
void status_viewers_free(StatusViewers *viewers);
