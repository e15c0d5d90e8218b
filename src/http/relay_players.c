#include "relay_players.h"

#include <stdlib.h>

struct RelayPlayers {
    GHashTable *players; /* a set of Player */
};

typedef struct {
    RelayPlayers *owner;
    YtopsHttpExchange *exchange; /* NULL: over */
    YtopsRelayClient *client;    /* NULL: not attached yet, or let go */
    char *stream_id;
    char *peer;
    char *user_agent;
    gint64 connected_at;
    guint64 bytes_served;
    gboolean has_head;
    gboolean is_attaching;
} Player;

static void player_free(gpointer data)
{
    Player *player = data;

    g_free(player->stream_id);
    g_free(player->peer);
    g_free(player->user_agent);
    g_free(player);
}

RelayPlayers *relay_players_new(void)
{
    RelayPlayers *players = g_new0(RelayPlayers, 1);

    players->players = g_hash_table_new_full(NULL, NULL, player_free, NULL);
    return players;
}

void relay_players_free(RelayPlayers *players)
{
    if (players == NULL)
        return;
    g_hash_table_unref(players->players);
    g_free(players);
}

/* Both sides are over. While the client is being attached its handle is not known yet. */
static void let_go(Player *player)
{
    player->exchange = NULL;
    if (player->is_attaching)
        return;
    if (player->client != NULL)
        ytops_relay_client_detach(g_steal_pointer(&player->client));
    g_hash_table_remove(player->owner->players, player);
}

static void set_header(Player *player, const char *name, const char *value)
{
    if (value != NULL)
        ytops_http_exchange_set_header(player->exchange, name, value);
}

static void on_head(const YtopsRelayHead *head, gpointer data)
{
    Player *player = data;

    if (player->exchange == NULL)
        return;
    set_header(player, "Content-Type", head->content_type);
    set_header(player, "Content-Range", head->content_range);
    set_header(player, "Accept-Ranges", head->accept_ranges);
    set_header(player, "ETag", head->etag);
    set_header(player, "Last-Modified", head->last_modified);
    set_header(player, "Cache-Control", "no-store");
    player->has_head = TRUE;
    ytops_http_exchange_start(player->exchange, head->status, head->length);
}

static void on_data(GBytes *piece, gpointer data)
{
    Player *player = data;

    if (player->exchange == NULL)
        return;
    player->bytes_served += g_bytes_get_size(piece);
    ytops_http_exchange_write(player->exchange, piece);
}

static gsize get_queued(gpointer data)
{
    const Player *player = data;

    return player->exchange != NULL ? ytops_http_exchange_get_queued(player->exchange) : 0;
}

static void answer_error(YtopsHttpExchange *exchange, const GError *error)
{
    const char *status = ytops_error_get_context(error, "status");

    ytops_http_exchange_respond_error(exchange, status != NULL ? (guint)atoi(status) : 0, error,
                                      NULL);
}

static void on_end(const GError *error, gpointer data)
{
    Player *player = data;
    YtopsHttpExchange *exchange = player->exchange;

    if (exchange == NULL)
        return;
    if (error == NULL)
        ytops_http_exchange_end(exchange);
    else if (player->has_head)
        ytops_http_exchange_abort(exchange);
    else
        answer_error(exchange, error);
    let_go(player);
}

static void on_drain(G_GNUC_UNUSED YtopsHttpExchange *exchange, gpointer data)
{
    Player *player = data;

    if (player->client != NULL)
        ytops_relay_client_drained(player->client);
}

static void on_close(G_GNUC_UNUSED YtopsHttpExchange *exchange, gpointer data)
{
    let_go(data);
}

/* Players do not end only their sending side; while an outage lasts nothing else tells that one went. */
static void on_exchange_end(YtopsHttpExchange *exchange, gpointer data)
{
    ytops_http_exchange_abort(exchange);
    let_go(data);
}

static Player *player_new(RelayPlayers *owner, YtopsHttpExchange *exchange, const char *stream_id)
{
    Player *player = g_new0(Player, 1);

    player->owner = owner;
    player->exchange = exchange;
    player->stream_id = g_strdup(stream_id);
    player->peer = g_strdup(ytops_http_exchange_get_peer(exchange));
    player->user_agent = g_strdup(ytops_http_exchange_get_header(exchange, "User-Agent"));
    player->connected_at = g_get_real_time() / G_USEC_PER_SEC;
    g_hash_table_add(owner->players, player);
    return player;
}

void relay_players_serve(RelayPlayers *players, YtopsHttpExchange *exchange,
                         YtopsRelayStream *stream, const char *resource)
{
    static const YtopsHttpEvents exchange_events = {on_drain, on_close, on_exchange_end};
    static const YtopsRelayClientEvents client_events = {on_head, on_data, get_queued, on_end};
    YtopsRelayInfo info;
    Player *player;
    g_autofree char *base_path = NULL;
    YtopsRelayClient *client;

    ytops_relay_stream_get_info(stream, &info);
    player = player_new(players, exchange, info.stream_id);
    base_path = g_strdup_printf("/hls/%s/", player->stream_id);
    ytops_http_exchange_set_events(exchange, &exchange_events, player);
    player->is_attaching = TRUE;
    client = ytops_relay_stream_attach(
        stream,
        &(YtopsRelayRequest){
            .is_head = ytops_http_exchange_is_head(exchange),
            .range = ytops_http_exchange_get_header(exchange, "Range"),
            .if_range = ytops_http_exchange_get_header(exchange, "If-Range"),
            .resource = resource,
            .peer = player->peer,
            .user_agent = player->user_agent,
            .base_path = base_path,
            .query = ytops_http_exchange_get_query_text(exchange),
        },
        &client_events, player);
    player->is_attaching = FALSE;
    player->client = client;
    if (player->exchange == NULL)
        let_go(player);
}

guint relay_players_count(const RelayPlayers *players)
{
    return g_hash_table_size(players->players);
}

YtopsJson *relay_players_to_json(const RelayPlayers *players)
{
    YtopsJson *list = ytops_json_array_new();
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, players->players);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        const Player *player = key;
        YtopsJson *json = ytops_json_object_new();

        ytops_json_set_string(json, "client_id",
                              player->client != NULL ? ytops_relay_client_get_id(player->client)
                                                     : NULL);
        ytops_json_set_string(json, "stream_id", player->stream_id);
        ytops_json_set_string(json, "peer", player->peer);
        ytops_json_set_string(json, "user_agent", player->user_agent);
        ytops_json_set_int(json, "bytes_served", (gint64)player->bytes_served);
        ytops_json_set_int(json, "connected_at", player->connected_at);
        ytops_json_append_take(list, json);
    }
    return list;
}
