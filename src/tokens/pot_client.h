/*
 * Asks a bgutil-compatible provider for a proof-of-origin token: POST <url>/get_pot. The provider's
 * own traffic to YouTube goes through the proxy that the question names; our call to it does not.
 * Thread-safe.
 */
#pragma once

#include "po_token.h"
#include "ytops/job_limits.h"

typedef struct PotClient PotClient;

/* `url`: http(s)://host[:port][/prefix]. INVALID_ARGUMENT where it is none. */
PotClient *pot_client_new(const char *url, GError **error);
void pot_client_free(PotClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PotClient, pot_client_free)

/*
 * A token bound to `content_binding` (the video id), within the limits and at most timeout_ms. NULL
 * and DRAINING where the limits' cancel_fd became readable; otherwise NULL and an error that says
 * what the provider did: it never ends a job.
 */
PoToken *pot_client_fetch(PotClient *client, const char *content_binding, const char *proxy_url,
                          const YtopsJobLimits *limits, int timeout_ms, GError **error);
