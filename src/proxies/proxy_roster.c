#include "proxy_roster.h"

struct ProxyRoster {
    const ProxyStore *store;
    GPtrArray *urls;
    GHashTable *indexes; /* URL, owned by urls -> index */
    GMutex enrol_lock;   /* one enrolment at a time: its parts must not mix with another's */
    gint losses;         /* atomic: how often something was found gone */
    gint enrolled;       /* atomic: what `losses` was when the list was last written; -1: never */
    gint turn;           /* atomic */
};

ProxyRoster *proxy_roster_new(const ProxyStore *store, const char *const *proxy_urls)
{
    ProxyRoster *roster = g_new0(ProxyRoster, 1);
    roster->store = store;
    roster->enrolled = -1;
    roster->urls = g_ptr_array_new_with_free_func(g_free);
    roster->indexes = g_hash_table_new(g_str_hash, g_str_equal);
    g_mutex_init(&roster->enrol_lock);
    for (gsize i = 0; proxy_urls != NULL && proxy_urls[i] != NULL; i++) {
        if (g_hash_table_contains(roster->indexes, proxy_urls[i]))
            continue;
        char *url = g_strdup(proxy_urls[i]);
        g_hash_table_insert(roster->indexes, url, GUINT_TO_POINTER(roster->urls->len));
        g_ptr_array_add(roster->urls, url);
    }
    return roster;
}

void proxy_roster_free(ProxyRoster *roster)
{
    if (roster == NULL)
        return;
    g_hash_table_unref(roster->indexes);
    g_ptr_array_unref(roster->urls);
    g_mutex_clear(&roster->enrol_lock);
    g_free(roster);
}

gsize proxy_roster_size(const ProxyRoster *roster)
{
    return roster->urls->len;
}

const char *proxy_roster_at(const ProxyRoster *roster, gsize index)
{
    return g_ptr_array_index(roster->urls, index % roster->urls->len);
}

gboolean proxy_roster_find(const ProxyRoster *roster, const char *proxy_url, gsize *index)
{
    gpointer found = NULL;
    if (proxy_url == NULL ||
        !g_hash_table_lookup_extended(roster->indexes, proxy_url, NULL, &found))
        return FALSE;
    if (index != NULL)
        *index = GPOINTER_TO_UINT(found);
    return TRUE;
}

gsize proxy_roster_get_turn(ProxyRoster *roster)
{
    return (gsize)g_atomic_int_get(&roster->turn);
}

void proxy_roster_set_turn(ProxyRoster *roster, gsize index)
{
    g_atomic_int_set(&roster->turn, (gint)(index % roster->urls->len));
}

/* *place: the greatest place in the order so far, taken and given as Redis writes it. */
static gboolean enrol_part(ProxyRoster *roster, gsize first, char **place, GError **error)
{
    gsize n = MIN(proxy_roster_size(roster) - first, PROXY_CHUNK);
    gboolean is_last = first + n == proxy_roster_size(roster);
    g_autoptr(GPtrArray) args = proxy_store_begin(roster->store, NULL);
    proxy_args_add(args, first == 0 ? "first" : "");
    proxy_args_add(args, *place);
    proxy_args_add(args, is_last ? proxy_roster_at(roster, proxy_roster_get_turn(roster)) : NULL);
    proxy_args_add_list(args, (const char *const *)roster->urls->pdata + first, n);
    g_autoptr(YtopsRedisReply) reply =
        proxy_store_run(roster->store, PROXY_SCRIPT_ENROL, args, error);
    if (reply == NULL)
        return FALSE;
    g_free(*place);
    *place = g_strdup(ytops_redis_reply_string(reply));
    return TRUE;
}

static gboolean enrol_all(ProxyRoster *roster, GError **error)
{
    g_autofree char *place = g_strdup("-inf");
    for (gsize first = 0; first < proxy_roster_size(roster); first += PROXY_CHUNK) {
        if (!enrol_part(roster, first, &place, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_enrolled(ProxyRoster *roster)
{
    return g_atomic_int_get(&roster->enrolled) == g_atomic_int_get(&roster->losses);
}

gboolean proxy_roster_was_enrolled(const ProxyRoster *roster)
{
    return g_atomic_int_get(&roster->enrolled) >= 0;
}

gboolean proxy_roster_enrol(ProxyRoster *roster, GError **error)
{
    if (proxy_roster_size(roster) == 0 || is_enrolled(roster))
        return TRUE;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&roster->enrol_lock);
    if (is_enrolled(roster))
        return TRUE;
    /* A loss that is found while the parts are written counts after this number. */
    gint losses = g_atomic_int_get(&roster->losses);
    if (!enrol_all(roster, error))
        return FALSE;
    g_atomic_int_set(&roster->enrolled, losses);
    return TRUE;
}

void proxy_roster_forget_enrolment(ProxyRoster *roster)
{
    g_atomic_int_inc(&roster->losses);
}
