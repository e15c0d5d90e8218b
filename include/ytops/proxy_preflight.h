/*
 * Asks a proxy for its handshake before a job uses it: only so can a dead proxy be told from a dead
 * target, which yt-dlp's messages cannot.
 *
 * SOCKS: TCP connect, then the greeting and, where the URL has credentials, the authentication; the
 * target is not contacted. HTTP: CONNECT to the target; any HTTP answer shows a live proxy, but 407
 * and 401 (some proxies answer wrong credentials so), which are HTTP_PROXY_AUTH.
 * HTTPS: TCP connect only. Blocks the calling thread; thread-safe.
 */
#pragma once

#include "ytops/proxy_url.h"

/*
 * TRUE where the proxy answered as it should within timeout_ms. Errors: SOCKS5_CONNECTION_FAILED,
 * SOCKS5_AUTH_FAILED, SOCKS5_PROTOCOL, PROXY_DNS_FAILED, HTTP_PROXY_AUTH, HTTP_PROXY_FAILED (SOCKS4
 * failures carry the SOCKS5 names). Messages show the proxy without its password.
 * A target that cannot stand in an HTTP request is INVALID_ARGUMENT; a machine that has no socket
 * left is INTERNAL.
 * cancel_fd (-1: none): a descriptor that becomes readable ends the wait with DRAINING; so does one
 * whose other end is closed. A proxy given by name is resolved with getaddrinfo, which heeds neither
 * timeout_ms nor cancel_fd and can take as long as the machine's resolver does; addresses never
 * resolve.
 */
gboolean ytops_proxy_preflight(const YtopsProxyUrl *proxy, const char *target_host,
                               guint16 target_port, int timeout_ms, int cancel_fd, GError **error);
