/*
 * A client of an HLS stream. Its playlist is fetched whole and rewritten, so that every address in
 * it leads back here, signed; what such an address names is a playlist in turn, or is sent as a
 * file is (vod_client.h).
 *
 * An address below the folder of one of the stream's URLs is looked for below the others too when
 * it fails; any other address has no failover.
 */
#pragma once

#include "relay_stream.h"

/* NOT_FOUND with the status 404 ends a client whose resource was not signed by this relay. */
void hls_client_attach(YtopsRelayStream *stream, YtopsRelayClient *client);

/* Goes on with an attempt at the stream's URL whose head has just come. */
void hls_client_adopt(YtopsRelayClient *client, Attempt *attempt, const UpstreamHead *head);
