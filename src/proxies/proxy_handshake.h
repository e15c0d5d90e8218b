/*
 * The client's side of a proxy's handshake, as a conversation: bytes to send, bytes received, a
 * verdict. It never touches a socket, so a table of conversations tests it.
 *
 *   SOCKS5:  greeting -> method -> [user and password -> status] -> done      (RFC 1928, RFC 1929)
 *   HTTP:    CONNECT -> first bytes of the status line -> done                (RFC 9110, 9.3.6)
 *   HTTPS, SOCKS4, SOCKS4A: done from the start
 */
#pragma once

#include "ytops/proxy_url.h"

typedef struct ProxyHandshake ProxyHandshake;

typedef enum {
    PROXY_HANDSHAKE_GOES_ON, /* send what there is to send, then feed more */
    PROXY_HANDSHAKE_DONE,    /* the proxy answered as it should */
    PROXY_HANDSHAKE_FAILED   /* *error says why */
} ProxyHandshakeVerdict;

/* `proxy` is borrowed; the target only matters to an HTTP proxy. */
ProxyHandshake *proxy_handshake_new(const YtopsProxyUrl *proxy, const char *target_host,
                                    guint16 target_port);
void proxy_handshake_free(ProxyHandshake *handshake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProxyHandshake, proxy_handshake_free)

/* DONE where the scheme needs no conversation. */
ProxyHandshakeVerdict proxy_handshake_get_verdict(const ProxyHandshake *handshake);

/* Bytes that wait to be sent, owned by the handshake, valid up to the next call; *length may be 0. */
const guint8 *proxy_handshake_peek_output(const ProxyHandshake *handshake, gsize *length);

/* `length` of those bytes are on their way. */
void proxy_handshake_consume_output(ProxyHandshake *handshake, gsize length);

/*
 * Bytes from the proxy, in pieces of any size. What comes after the verdict is left unread.
 * Errors: SOCKS5_AUTH_FAILED, SOCKS5_PROTOCOL, HTTP_PROXY_AUTH, HTTP_PROXY_FAILED.
 */
ProxyHandshakeVerdict proxy_handshake_feed(ProxyHandshake *handshake, const guint8 *bytes,
                                           gsize length, GError **error);

/* What the handshake waits for, for messages: "the choice of a method". Static. */
const char *proxy_handshake_awaited(const ProxyHandshake *handshake);
