/* The page and its state as one part of the daemon, on the roles all-in-one and management. */
#pragma once

#include "http_service.h"
#include "ytops/status.h"

typedef struct StatusService StatusService;

/* Serves once `http` starts; before that. Strings and what the sources point to must outlive it. */
StatusService *status_service_new(HttpService *http, const YtopsStatusSources *sources);

/* After http_service_close, while the HTTP port's loop runs. NULL is fine. */
void status_service_free(StatusService *service);
