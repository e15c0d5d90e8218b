/*
 * The players that watch: each joins an HTTP exchange and a relay client until one of them ends.
 *
 *   serve -> attach -> head -> data ... -> the relay ends it, or the player goes -> both are let go
 */
#pragma once

#include "ytops/http_server.h"
#include "ytops/json.h"
#include "ytops/relay.h"

typedef struct RelayPlayers RelayPlayers;

RelayPlayers *relay_players_new(void);

/* When no player is left: the server was closed. */
void relay_players_free(RelayPlayers *players);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RelayPlayers, relay_players_free)

/* Answers the exchange with the stream; resource: as in YtopsRelayRequest. */
void relay_players_serve(RelayPlayers *players, YtopsHttpExchange *exchange,
                         YtopsRelayStream *stream, const char *resource);

guint relay_players_count(const RelayPlayers *players);

/* [{client_id, stream_id, peer, user_agent, bytes_served, connected_at}, ...]; owned by the caller. */
YtopsJson *relay_players_to_json(const RelayPlayers *players);
