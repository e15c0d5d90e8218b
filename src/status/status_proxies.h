/* The proxies of every identity, and whose turn it is. On the status' thread. */
#pragma once

#include "status_table.h"
#include "ytops/proxy_manager.h"

typedef struct StatusProxies StatusProxies;

/* `manager` is borrowed. */
StatusProxies *status_proxies_new(YtopsProxyManager *manager);
void status_proxies_free(StatusProxies *proxies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusProxies, status_proxies_free)

StatusTable *status_proxies_get_table(StatusProxies *proxies);
StatusTable *status_proxies_get_turns(StatusProxies *proxies);

/* What is known may be wrong: the next refresh reads everything. */
void status_proxies_distrust(StatusProxies *proxies);

/* Reads what changed since the last time, and now and then everything. */
gboolean status_proxies_refresh(StatusProxies *proxies, gint64 now, GError **error);

/* The proxy that a row's id stands for; FALSE where none does. Both are borrowed. */
gboolean status_proxies_find(const StatusProxies *proxies, const char *id,
                             const char **server_identity, const char **proxy_url);
