/* What a proxy manager is made of; seen by proxy_manager.c and proxy_operator.c only. */
#pragma once

#include "proxy_roster.h"

struct YtopsProxyManager {
    ProxyStore *store;
    ProxyRoster *roster;
    gboolean is_view; /* store and roster are another one's */
    char *actor;      /* NULL: the instance itself */
};
