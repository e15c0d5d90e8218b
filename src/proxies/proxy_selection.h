/* Whose turn it is: the search through an instance's own proxies, a few at a time. */
#pragma once

#include "proxy_roster.h"

/* As ytops_proxy_manager_select(). */
char *proxy_selection_take(const ProxyStore *store, ProxyRoster *roster, GError **error);

/* NO_ACTIVE_PROXIES with `message`, and retryAfterS where retry_after_s is not negative. */
void proxy_selection_refuse(const ProxyStore *store, const char *message, gint64 retry_after_s,
                            GError **error);
