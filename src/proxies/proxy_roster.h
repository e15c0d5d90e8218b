/*
 * An instance's own proxies: the configured list, and where in it the turn is believed to be.
 *
 * The turn that counts is in Redis (proxy_rotation); the one here only says where to look first.
 * "Enrolled" is whether the list is believed to be in Redis; it is written there when first needed,
 * and again when a script finds something of it gone. Thread-safe.
 */
#pragma once

#include "proxy_store.h"

typedef struct ProxyRoster ProxyRoster;

/* `store` is borrowed, the list copied; an entry that repeats an earlier one is left out. */
ProxyRoster *proxy_roster_new(const ProxyStore *store, const char *const *proxy_urls);
void proxy_roster_free(ProxyRoster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProxyRoster, proxy_roster_free)

gsize proxy_roster_size(const ProxyRoster *roster);

/* Any index; it wraps around. The roster must not be empty. Owned by the roster. */
const char *proxy_roster_at(const ProxyRoster *roster, gsize index);

/* FALSE where it is not one of the instance's own; `index` may be NULL. */
gboolean proxy_roster_find(const ProxyRoster *roster, const char *proxy_url, gsize *index);

gsize proxy_roster_get_turn(ProxyRoster *roster);
void proxy_roster_set_turn(ProxyRoster *roster, gsize index);

/* Writes the list into Redis where that has not been done, or was undone. */
gboolean proxy_roster_enrol(ProxyRoster *roster, GError **error);

/* Whether it ever was, by this process. */
gboolean proxy_roster_was_enrolled(const ProxyRoster *roster);

/* Something of it is gone from Redis: the next proxy_roster_enrol() writes it again. */
void proxy_roster_forget_enrolment(ProxyRoster *roster);
