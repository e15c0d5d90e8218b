/*
 * Real proxy servers on loopback: microsocks and tinyproxy. The port is one that the kernel chose
 * and that the test keeps bound, so that no other test can be given it. Start them from the main
 * thread. Any failure aborts the test.
 */
#pragma once

#include <glib.h>

typedef struct RealProxy RealProxy;

/* Where user is NULL it asks for no authentication. host: "127.0.0.1" or "::1". */
RealProxy *real_proxy_start_socks5(const char *host, const char *user, const char *password);
RealProxy *real_proxy_start_http(const char *user, const char *password);

guint16 real_proxy_port(const RealProxy *proxy);

/* Ends it by its pid. NULL is fine. */
void real_proxy_stop(RealProxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RealProxy, real_proxy_stop)

/* A port of the kernel's choice, bound and not listened on, and its descriptor. */
guint16 real_proxy_reserve_port(const char *host, int *fd);

/* Whether the machine has that address. */
gboolean real_proxy_has_address(const char *host);
