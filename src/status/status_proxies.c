#include "status_proxies.h"

#include "status_row.h"

/* How long until all of an identity is read again, for what no change tells of. */
#define WHOLE_INTERVAL_S 30

#define MOST_STEPS 8
#define DUE_LIMIT 100

typedef struct {
    char *name;
    gint64 change; /* the last one that the table shows */
    gint64 read_at;
    gboolean is_trusted;
    gboolean was_seen;
} Identity;

/* What a row's id stands for. */
typedef struct {
    char *server_identity;
    char *proxy_url;
    guint place;
    gboolean was_seen;
} Proxy;

struct StatusProxies {
    YtopsProxyManager *manager; /* borrowed */
    StatusTable *table;
    StatusTable *turns;
    GHashTable *identities; /* name -> Identity */
    GHashTable *proxies;    /* id -> Proxy */
};

static void identity_free(gpointer data)
{
    Identity *identity = data;
    g_free(identity->name);
    g_free(identity);
}

static void proxy_free(gpointer data)
{
    Proxy *proxy = data;
    g_free(proxy->server_identity);
    g_free(proxy->proxy_url);
    g_free(proxy);
}

StatusProxies *status_proxies_new(YtopsProxyManager *manager)
{
    StatusProxies *proxies = g_new0(StatusProxies, 1);
    proxies->manager = manager;
    proxies->table = status_table_new("proxies");
    proxies->turns = status_table_new("turns");
    proxies->identities = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, identity_free);
    proxies->proxies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, proxy_free);
    return proxies;
}

void status_proxies_free(StatusProxies *proxies)
{
    if (proxies == NULL)
        return;
    status_table_free(proxies->table);
    status_table_free(proxies->turns);
    g_hash_table_unref(proxies->identities);
    g_hash_table_unref(proxies->proxies);
    g_free(proxies);
}

StatusTable *status_proxies_get_table(StatusProxies *proxies)
{
    return proxies->table;
}

StatusTable *status_proxies_get_turns(StatusProxies *proxies)
{
    return proxies->turns;
}

void status_proxies_distrust(StatusProxies *proxies)
{
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, proxies->identities);
    while (g_hash_table_iter_next(&iterator, NULL, &value))
        ((Identity *)value)->is_trusted = FALSE;
}

/* Names a proxy without telling its password. Free with g_free. */
static char *id_of(const char *server_identity, const char *proxy_url)
{
    g_autofree char *text = g_strjoin("\n", server_identity, proxy_url, NULL);
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    return g_strndup(digest, 20);
}

static void put(StatusProxies *proxies, const YtopsProxyInfo *info, Proxy *proxy, const char *id,
                gint64 now)
{
    gint64 until =
        status_table_settle(proxies->table, id, status_row_until(info->active_in_s, now));
    proxy->was_seen = TRUE;
    status_table_put(proxies->table, id, status_row_of_proxy(info, until, proxy->place),
                     MAX(until, 0));
}

static Proxy *add(StatusProxies *proxies, const YtopsProxyInfo *info, const char *id)
{
    Proxy *proxy = g_hash_table_lookup(proxies->proxies, id);
    if (proxy != NULL)
        return proxy;
    proxy = g_new0(Proxy, 1);
    proxy->server_identity = g_strdup(info->server_identity);
    proxy->proxy_url = g_strdup(info->proxy_url);
    g_hash_table_insert(proxies->proxies, g_strdup(id), proxy);
    return proxy;
}

static void unmark(StatusProxies *proxies)
{
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, proxies->proxies);
    while (g_hash_table_iter_next(&iterator, NULL, &value))
        ((Proxy *)value)->was_seen = FALSE;
}

/* Removes the proxies of the identity that were not seen since unmark. */
static void sweep(StatusProxies *proxies, const char *server_identity)
{
    GHashTableIter iterator;
    gpointer id, value;
    g_hash_table_iter_init(&iterator, proxies->proxies);
    while (g_hash_table_iter_next(&iterator, &id, &value)) {
        const Proxy *proxy = value;
        if (proxy->was_seen || !g_str_equal(proxy->server_identity, server_identity))
            continue;
        status_table_remove(proxies->table, id);
        g_hash_table_iter_remove(&iterator);
    }
}

static gboolean read_whole(StatusProxies *proxies, Identity *identity, gint64 now, GError **error)
{
    identity->change = YTOPS_CHANGES_ANEW;
    g_autoptr(GPtrArray) none = ytops_proxy_manager_list_changed(proxies->manager, identity->name,
                                                                 &identity->change, error);
    if (none == NULL)
        return FALSE;
    g_autoptr(GPtrArray) infos = ytops_proxy_manager_list(proxies->manager, identity->name, error);
    if (infos == NULL)
        return FALSE;
    unmark(proxies);
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_autofree char *id = id_of(identity->name, info->proxy_url);
        Proxy *proxy = add(proxies, info, id);
        proxy->place = i;
        put(proxies, info, proxy, id, now);
    }
    sweep(proxies, identity->name);
    identity->is_trusted = TRUE;
    identity->read_at = now;
    return TRUE;
}

/* FALSE in *known where one has no place yet: then the whole order has to be read. */
static void put_changed(StatusProxies *proxies, const GPtrArray *infos, gint64 now, gboolean *known)
{
    for (guint i = 0; i < infos->len; i++) {
        const YtopsProxyInfo *info = g_ptr_array_index(infos, i);
        g_autofree char *id = id_of(info->server_identity, info->proxy_url);
        Proxy *proxy = g_hash_table_lookup(proxies->proxies, id);
        if (proxy != NULL)
            put(proxies, info, proxy, id, now);
        else
            *known = FALSE;
    }
}

static gboolean read_changed(StatusProxies *proxies, Identity *identity, gint64 now, GError **error)
{
    gboolean known = TRUE;
    for (int step = 0; step < MOST_STEPS; step++) {
        g_autoptr(GPtrArray) infos = ytops_proxy_manager_list_changed(
            proxies->manager, identity->name, &identity->change, error);
        if (infos == NULL)
            return FALSE;
        if (identity->change == YTOPS_CHANGES_ANEW)
            return read_whole(proxies, identity, now, error);
        if (infos->len == 0)
            break;
        put_changed(proxies, infos, now, &known);
    }
    return known || read_whole(proxies, identity, now, error);
}

static gboolean read_turns(StatusProxies *proxies, const char *identity, GError **error)
{
    g_autoptr(GPtrArray) turns = ytops_proxy_manager_list_turns(proxies->manager, identity, error);
    if (turns == NULL)
        return FALSE;
    for (guint i = 0; i < turns->len; i++) {
        const YtopsProxyTurn *turn = g_ptr_array_index(turns, i);
        g_autofree char *proxy_id = id_of(identity, turn->proxy_url);
        g_autofree char *id = g_strjoin("/", identity, turn->instance_id, NULL);
        YtopsJson *row = ytops_json_object_new();
        ytops_json_set_string(row, "instance", turn->instance_id);
        ytops_json_set_string(row, "proxy", proxy_id);
        status_table_put(proxies->turns, id, row, 0);
    }
    return TRUE;
}

static Identity *identity_of(StatusProxies *proxies, const char *name)
{
    Identity *identity = g_hash_table_lookup(proxies->identities, name);
    if (identity != NULL)
        return identity;
    identity = g_new0(Identity, 1);
    identity->name = g_strdup(name);
    g_hash_table_insert(proxies->identities, identity->name, identity);
    return identity;
}

/* Identities that are gone, and their proxies with them. */
static void forget_unseen(StatusProxies *proxies)
{
    GHashTableIter iterator;
    gpointer value;
    g_hash_table_iter_init(&iterator, proxies->identities);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        Identity *identity = value;
        if (identity->was_seen) {
            identity->was_seen = FALSE;
            continue;
        }
        unmark(proxies);
        sweep(proxies, identity->name);
        g_hash_table_iter_remove(&iterator);
    }
}

/* Reads it as a whole where it must be or, where `may_reread`, where the last time is long ago. */
static gboolean refresh_identity(StatusProxies *proxies, Identity *identity, gint64 now,
                                 gboolean *may_reread, GError **error)
{
    gboolean is_old = identity->read_at > now || now - identity->read_at >= WHOLE_INTERVAL_S;
    gboolean is_whole = !identity->is_trusted || (is_old && *may_reread);
    identity->was_seen = TRUE;
    *may_reread = *may_reread && !is_whole;
    return (is_whole ? read_whole(proxies, identity, now, error)
                     : read_changed(proxies, identity, now, error)) &&
           read_turns(proxies, identity->name, error);
}

/* A ban that is over ends as its proxy is read. */
static void distrust_due(StatusProxies *proxies, gint64 now)
{
    g_auto(GStrv) due = status_table_due(proxies->table, now, DUE_LIMIT);
    for (guint i = 0; due[i] != NULL; i++) {
        const Proxy *proxy = g_hash_table_lookup(proxies->proxies, due[i]);
        Identity *identity = g_hash_table_lookup(proxies->identities, proxy->server_identity);
        if (identity != NULL)
            identity->is_trusted = FALSE;
    }
}

gboolean status_proxies_refresh(StatusProxies *proxies, gint64 now, GError **error)
{
    g_auto(GStrv) names = ytops_proxy_manager_list_identities(proxies->manager, error);
    if (names == NULL)
        return FALSE;
    gboolean may_reread = TRUE; /* one of them at a time */
    distrust_due(proxies, now);
    status_table_begin_round(proxies->turns);
    for (guint i = 0; names[i] != NULL; i++) {
        Identity *identity = identity_of(proxies, names[i]);
        if (!refresh_identity(proxies, identity, now, &may_reread, error))
            return FALSE;
    }
    status_table_end_round(proxies->turns);
    forget_unseen(proxies);
    return TRUE;
}

gboolean status_proxies_find(const StatusProxies *proxies, const char *id,
                             const char **server_identity, const char **proxy_url)
{
    const Proxy *proxy = g_hash_table_lookup(proxies->proxies, id);
    if (proxy == NULL)
        return FALSE;
    *server_identity = proxy->server_identity;
    *proxy_url = proxy->proxy_url;
    return TRUE;
}
