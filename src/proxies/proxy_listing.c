#include "proxy_listing.h"

/* Values that lua/list.lua gives for a proxy. */
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
    const char *text = ytops_redis_reply_string(ytops_redis_reply_at(reply, index));
    return text != NULL ? text : "";
}

static gint64 int_at(const YtopsRedisReply *reply, gsize index)
{
    return ytops_redis_reply_int(ytops_redis_reply_at(reply, index), 0);
}

static void add_info(Listing *listing, const YtopsRedisReply *reply, gsize base)
{
    const char *reason = text_at(reply, base + VALUE_REASON);
    YtopsProxyInfo *info = g_new0(YtopsProxyInfo, 1);
    info->server_identity = g_strdup(listing->server_identity);
    info->proxy_url = g_strdup(text_at(reply, base + VALUE_URL));
    info->state = ytops_pool_state_from_string(text_at(reply, base + VALUE_STATUS));
    info->active_in_s = int_at(reply, base + VALUE_ACTIVE_IN);
    info->success_count = int_at(reply, base + VALUE_SUCCESSES);
    info->failure_count = int_at(reply, base + VALUE_FAILURES);
    info->last_success_timestamp = int_at(reply, base + VALUE_LAST_SUCCESS);
    info->last_failure_timestamp = int_at(reply, base + VALUE_LAST_FAILURE);
    info->reason = *reason != '\0' ? g_strdup(reason) : NULL;
    info->recent_failures = int_at(reply, base + VALUE_RECENT_FAILURES);
    info->recent_failure_accounts = int_at(reply, base + VALUE_RECENT_ACCOUNTS);
    g_ptr_array_add(listing->infos, info);

    Entry *entry = g_new0(Entry, 1);
    entry->info = info;
    entry->would_be_taken =
        info->state == YTOPS_POOL_STATE_ACTIVE && *text_at(reply, base + VALUE_FULL) == '\0';
    entry->next_for = g_strv_builder_new();
    g_hash_table_insert(listing->entries, info->proxy_url, entry);
}

static gboolean read_part(Listing *listing, const char *const *urls, gsize n, GError **error)
{
    g_autoptr(GPtrArray) args = proxy_store_begin(listing->store, listing->server_identity);
    proxy_args_add_list(args, urls, n);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(listing->store, PROXY_SCRIPT_LIST, args, error);
    if (reply == NULL)
        return FALSE;
    for (gsize base = 0; base + N_VALUES <= ytops_redis_reply_length(reply); base += N_VALUES)
        add_info(listing, reply, base);
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
    g_auto(GStrv) members = proxy_reply_to_strv(reply);
    gsize n = g_strv_length(members);
    gsize start = index_of(members, turn);
    for (gsize i = 0; i < n; i++) {
        const char *url = members[(start + i) % n];
        if (would_be_taken(listing, url))
            return g_strdup(url);
    }
    return g_strdup("");
}

static gboolean mark_turn(Listing *listing, const char *instance_id, const char *turn,
                          gboolean is_own, GError **error)
{
    g_autofree char *next = is_own && would_be_taken(listing, turn)
                                ? g_strdup(turn)
                                : walk_members(listing, instance_id, turn, error);
    if (next == NULL)
        return FALSE;
    Entry *entry = g_hash_table_lookup(listing->entries, next);
    if (entry != NULL)
        g_strv_builder_add(entry->next_for, instance_id);
    return TRUE;
}

static gboolean mark_turns(Listing *listing, GError **error)
{
    g_autoptr(GPtrArray) args = proxy_store_begin(listing->store, listing->server_identity);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(listing->store, PROXY_SCRIPT_ROTATION, args, error);
    if (reply == NULL)
        return FALSE;
    gsize length = ytops_redis_reply_length(reply);
    for (gsize base = 0; base + N_TURN_VALUES <= length; base += N_TURN_VALUES) {
        gboolean is_own = *text_at(reply, base + VALUE_OWN) != '\0';
        if (!mark_turn(listing, text_at(reply, base + VALUE_INSTANCE),
                       text_at(reply, base + VALUE_TURN), is_own, error))
            return FALSE;
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
    return reply != NULL ? proxy_reply_to_strv(reply) : NULL;
}

GPtrArray *proxy_listing_read(const ProxyStore *store, const char *server_identity, GError **error)
{
    g_autoptr(GPtrArray) infos =
        g_ptr_array_new_with_free_func((GDestroyNotify)ytops_proxy_info_free);
    g_autoptr(GHashTable) entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)entry_free);
    Listing listing = {
        .store = store,
        .server_identity = proxy_store_resolve_identity(store, server_identity),
        .infos = infos,
        .entries = entries,
    };
    if (!read_infos(&listing, error) || !mark_turns(&listing, error))
        return NULL;
    g_hash_table_foreach(entries, finish_entry, NULL);
    return g_steal_pointer(&infos);
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
