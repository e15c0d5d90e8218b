/* What is known of every proxy of an identity, and whose turn it is with whom. */
#pragma once

#include "proxy_store.h"

/* Every proxy of the identity in rotation order, NULL-terminated; g_strfreev. */
char **proxy_listing_roll(const ProxyStore *store, const char *server_identity, GError **error);

/* As ytops_proxy_manager_list_changed(), and _turns(). */
GPtrArray *proxy_listing_read_changed(const ProxyStore *store, const char *server_identity,
                                      gint64 *change, GError **error);
GPtrArray *proxy_listing_read_turns(const ProxyStore *store, const char *server_identity,
                                    GError **error);

/* As ytops_proxy_manager_list(), without enrolling anything. */
GPtrArray *proxy_listing_read(const ProxyStore *store, const char *server_identity, GError **error);
