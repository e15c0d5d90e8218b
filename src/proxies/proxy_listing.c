#include "proxy_listing.h"

/* Values that lua/view.lua gives for a proxy. */
enum {
    VALUE_URL,
    VALUE_STATUS,
    VALUE_ACTIVE_IN,
    VALUE_SUCCESSES,
    VALUE_FAILURES,
    VALUE_LAST_SUCCESS,
    VALUE_LAST_FAILURE,
    VALUE_REASON,
    VALUE_RECENT_FAILURES,
    VALUE_RECENT_ACCOUNTS,
    VALUE_FULL,
    N_VALUES
};

/* Values that lua/rotation.lua gives for an instance. */
enum { VALUE_INSTANCE, VALUE_TURN, VALUE_OWN, N_TURN_VALUES };

typedef struct {
    YtopsProxyInfo *info; /* borrowed */
    gboolean would_be_taken;
    GStrvBuilder *next_for;
} Entry;

static YtopsProxyTurn *turn_new(const char *instance_id, const char *proxy_url)
{
    YtopsProxyTurn *turn = g_new0(YtopsProxyTurn, 1);
    turn->instance_id = g_strdup(instance_id);
    turn->proxy_url = g_strdup(proxy_url);
    return turn;
}

static void turn_free(YtopsProxyTurn *turn)
{
    g_free(turn->instance_id);
    g_free(turn->proxy_url);
    g_free(turn);
}

typedef struct {
    const ProxyStore *store;
    const char *server_identity;
    GPtrArray *infos;
    GHashTable *entries; /* URL, owned by its info -> Entry */
} Listing;

static void entry_free(Entry *entry)
{
    g_strv_builder_unref(entry->next_for);
    g_free(entry);
}

static const char *text_at(const YtopsRedisReply *reply, gsize index)
{
    const char *text = ytops_redis_reply_string_at(reply, index);
    return text != NULL ? text : "";
}

static void add_info(Listing *listing, const YtopsRedisReply *reply, gsize base)
{
    const char *reason = text_at(reply, base + VALUE_REASON);
    YtopsProxyInfo *info = g_new0(YtopsProxyInfo, 1);
    info->server_identity = g_strdup(listing->server_identity);
    info->proxy_url = g_strdup(text_at(reply, base + VALUE_URL));
    info->state = ytops_pool_state_from_string(text_at(reply, base + VALUE_STATUS));
    info->active_in_s = ytops_redis_reply_int_at(reply, base + VALUE_ACTIVE_IN, 0);
    info->success_count = ytops_redis_reply_int_at(reply, base + VALUE_SUCCESSES, 0);
    info->failure_count = ytops_redis_reply_int_at(reply, base + VALUE_FAILURES, 0);
    info->last_success_timestamp = ytops_redis_reply_int_at(reply, base + VALUE_LAST_SUCCESS, 0);
    info->last_failure_timestamp = ytops_redis_reply_int_at(reply, base + VALUE_LAST_FAILURE, 0);
    info->reason = *reason != '\0' ? g_strdup(reason) : NULL;
    info->recent_failures = ytops_redis_reply_int_at(reply, base + VALUE_RECENT_FAILURES, 0);
    info->recent_failure_accounts =
        ytops_redis_reply_int_at(reply, base + VALUE_RECENT_ACCOUNTS, 0);
    g_ptr_array_add(listing->infos, info);

    Entry *entry = g_new0(Entry, 1);
    entry->info = info;
    entry->would_be_taken =
        info->state == YTOPS_POOL_STATE_ACTIVE && *text_at(reply, base + VALUE_FULL) == '\0';
    entry->next_for = g_strv_builder_new();
    g_hash_table_insert(listing->entries, info->proxy_url, entry);
}

static void add_infos(Listing *listing, const YtopsRedisReply *reply, gsize base)
{
    for (; base + N_VALUES <= ytops_redis_reply_length(reply); base += N_VALUES)
        add_info(listing, reply, base);
}

/* *looked_at: how many of them the script got to. */
static gboolean read_some(Listing *listing, const char *const *urls, gsize n, gsize *looked_at,
                          GError **error)
{
    g_autoptr(GPtrArray) args = proxy_store_begin(listing->store, listing->server_identity);
    proxy_args_add_list(args, urls, n);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(listing->store, PROXY_SCRIPT_LIST, args, error);
    if (reply == NULL)
        return FALSE;
    *looked_at = (gsize)CLAMP(ytops_redis_reply_int_at(reply, 0, 1), 1, (gint64)n);
    add_infos(listing, reply, 1);
    return TRUE;
}

static gboolean read_part(Listing *listing, const char *const *urls, gsize n, GError **error)
{
    for (gsize looked_at = 0; n > 0; urls += looked_at, n -= looked_at) {
        if (!read_some(listing, urls, n, &looked_at, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_infos(Listing *listing, GError **error)
{
    g_auto(GStrv) roll = proxy_listing_roll(listing->store, listing->server_identity, error);
    if (roll == NULL)
        return FALSE;
    gsize n = g_strv_length(roll);
    for (gsize first = 0; first < n; first += PROXY_CHUNK) {
        gsize part = MIN(n - first, PROXY_CHUNK);
        if (!read_part(listing, (const char *const *)roll + first, part, error))
            return FALSE;
    }
    return TRUE;
}

/* One that is not in Redis is made ACTIVE when its turn comes, so it would be taken, too. */
static gboolean would_be_taken(const Listing *listing, const char *url)
{
    const Entry *entry = g_hash_table_lookup(listing->entries, url);
    return entry == NULL || entry->would_be_taken;
}

static gsize index_of(char **texts, const char *text)
{
    for (gsize i = 0; texts[i] != NULL; i++) {
        if (g_str_equal(texts[i], text))
            return i;
    }
    return 0;
}

/*
 * The first that would be taken of an instance's own proxies from its turn on, the first of its
 * list where the turn is none of them; "" where all are banned. NULL on error.
 */
static char *walk_members(const Listing *listing, const char *instance_id, const char *turn,
                          GError **error)
{
    g_autofree char *key =
        g_strdup_printf("proxy_members:%s:%s", listing->server_identity, instance_id);
    g_autoptr(YtopsRedisReply) reply =
        ytops_redis_command(listing->store->pool, error, "LRANGE", key, "0", "-1", NULL);
    if (reply == NULL)
        return NULL;
    g_auto(GStrv) members = ytops_redis_reply_to_strv(reply);
    gsize n = g_strv_length(members);
    gsize start = index_of(members, turn);
    for (gsize i = 0; i < n; i++) {
        const char *url = members[(start + i) % n];
        if (would_be_taken(listing, url))
            return g_strdup(url);
    }
    return g_strdup("");
}

static YtopsRedisReply *read_rotation(const ProxyStore *store, const char *server_identity,
                                      GError **error)
{
    g_autoptr(GPtrArray) args = proxy_store_begin(store, server_identity);
    return proxy_store_run(store, PROXY_SCRIPT_ROTATION, args, error);
}

static gboolean is_plain_turn(const Listing *listing, const YtopsRedisReply *rotation, gsize base)
{
    return *text_at(rotation, base + VALUE_OWN) != '\0' &&
           would_be_taken(listing, text_at(rotation, base + VALUE_TURN));
}

/* Which proxy each instance takes next; those that find all banned are left out. */
static GPtrArray *find_turns(const Listing *listing, const YtopsRedisReply *rotation,
                             GError **error)
{
    g_autoptr(GPtrArray) turns = g_ptr_array_new_with_free_func((GDestroyNotify)turn_free);
    gsize length = ytops_redis_reply_length(rotation);
    for (gsize base = 0; base + N_TURN_VALUES <= length; base += N_TURN_VALUES) {
        const char *instance_id = text_at(rotation, base + VALUE_INSTANCE);
        const char *turn = text_at(rotation, base + VALUE_TURN);
        g_autofree char *next = is_plain_turn(listing, rotation, base)
                                    ? g_strdup(turn)
                                    : walk_members(listing, instance_id, turn, error);
        if (next == NULL)
            return NULL;
        if (*next != '\0')
            g_ptr_array_add(turns, turn_new(instance_id, next));
    }
    return g_steal_pointer(&turns);
}

static gboolean mark_turns(Listing *listing, GError **error)
{
    g_autoptr(YtopsRedisReply) rotation =
        read_rotation(listing->store, listing->server_identity, error);
    if (rotation == NULL)
        return FALSE;
    g_autoptr(GPtrArray) turns = find_turns(listing, rotation, error);
    if (turns == NULL)
        return FALSE;
    for (guint i = 0; i < turns->len; i++) {
        const YtopsProxyTurn *turn = g_ptr_array_index(turns, i);
        Entry *entry = g_hash_table_lookup(listing->entries, turn->proxy_url);
        if (entry != NULL)
            g_strv_builder_add(entry->next_for, turn->instance_id);
    }
    return TRUE;
}

static void finish_entry(gpointer url G_GNUC_UNUSED, gpointer value, gpointer data G_GNUC_UNUSED)
{
    Entry *entry = value;
    entry->info->next_for = g_strv_builder_end(entry->next_for);
}

char **proxy_listing_roll(const ProxyStore *store, const char *server_identity, GError **error)
{
    g_autoptr(GPtrArray) args = proxy_store_begin(store, server_identity);
    g_autoptr(YtopsRedisReply) reply = proxy_store_run(store, PROXY_SCRIPT_ROLL, args, error);
    return reply != NULL ? ytops_redis_reply_to_strv(reply) : NULL;
}

static Listing *listing_new(const ProxyStore *store, const char *server_identity)
{
    Listing *listing = g_new0(Listing, 1);
    listing->store = store;
    listing->server_identity = proxy_store_resolve_identity(store, server_identity);
    listing->infos = g_ptr_array_new_with_free_func((GDestroyNotify)ytops_proxy_info_free);
    listing->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)entry_free);
    return listing;
}

static void listing_free(Listing *listing)
{
    g_hash_table_unref(listing->entries);
    g_ptr_array_unref(listing->infos);
    g_free(listing);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listing, listing_free)

static GPtrArray *finish(Listing *listing)
{
    g_hash_table_foreach(listing->entries, finish_entry, NULL);
    return g_ptr_array_ref(listing->infos);
}

GPtrArray *proxy_listing_read(const ProxyStore *store, const char *server_identity, GError **error)
{
    g_autoptr(Listing) listing = listing_new(store, server_identity);
    if (!read_infos(listing, error) || !mark_turns(listing, error))
        return NULL;
    return finish(listing);
}

GPtrArray *proxy_listing_read_changed(const ProxyStore *store, const char *server_identity,
                                      gint64 *change, GError **error)
{
    g_autoptr(Listing) listing = listing_new(store, server_identity);
    g_autoptr(GPtrArray) args = proxy_store_begin(store, server_identity);
    proxy_args_add_int(args, *change);
    proxy_args_add_int(args, PROXY_CHUNK);
    g_autoptr(YtopsRedisReply) reply = proxy_store_run(store, PROXY_SCRIPT_CHANGES, args, error);
    if (reply == NULL)
        return NULL;
    add_infos(listing, reply, 1);
    *change = ytops_redis_reply_int_at(reply, 0, YTOPS_CHANGES_ANEW);
    return finish(listing);
}

/* The states of those whose turn it is usually tell all; where one is banned it takes all states. */
GPtrArray *proxy_listing_read_turns(const ProxyStore *store, const char *server_identity,
                                    GError **error)
{
    g_autoptr(Listing) listing = listing_new(store, server_identity);
    g_autoptr(YtopsRedisReply) rotation = read_rotation(store, server_identity, error);
    if (rotation == NULL)
        return NULL;
    g_autoptr(GPtrArray) urls = g_ptr_array_new();
    gsize length = ytops_redis_reply_length(rotation);
    for (gsize base = 0; base + N_TURN_VALUES <= length; base += N_TURN_VALUES)
        g_ptr_array_add(urls, (gpointer)text_at(rotation, base + VALUE_TURN));
    if (!read_part(listing, (const char *const *)urls->pdata, urls->len, error))
        return NULL;
    gboolean is_plain = TRUE;
    for (gsize base = 0; base + N_TURN_VALUES <= length; base += N_TURN_VALUES)
        is_plain = is_plain && is_plain_turn(listing, rotation, base);
    if (!is_plain && !read_infos(listing, error))
        return NULL;
    return find_turns(listing, rotation, error);
}

void ytops_proxy_info_free(YtopsProxyInfo *info)
{
    if (info == NULL)
        return;
    g_free(info->server_identity);
    g_free(info->proxy_url);
    g_free(info->reason);
    g_strfreev(info->next_for);
    g_free(info);
}
