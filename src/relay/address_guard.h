/*
 * Which addresses a relay may connect to on behalf of a stranger: only those of the public
 * internet, unless told otherwise. Pure.
 */
#pragma once

#include <glib.h>
#include <sys/socket.h>

typedef enum {
    ADDRESS_PUBLIC,
    ADDRESS_UNSPECIFIED,   /* 0.0.0.0/8, :: */
    ADDRESS_LOOPBACK,      /* 127.0.0.0/8, ::1 */
    ADDRESS_PRIVATE,       /* 10/8, 172.16/12, 192.168/16, fc00::/7, fec0::/10 */
    ADDRESS_LINK_LOCAL,    /* 169.254/16, fe80::/10: also the metadata services of clouds */
    ADDRESS_SHARED,        /* 100.64/10: behind the carrier's address translation */
    ADDRESS_MULTICAST,     /* 224/4, ff00::/8 */
    ADDRESS_RESERVED,      /* documentation, benchmarks, 240/4, broadcast, discard, unassigned */
    ADDRESS_NOT_A_LITERAL, /* of address_guard_classify_host: a name */
    ADDRESS_OTHER_FAMILY   /* neither IPv4 nor IPv6 */
} AddressKind;

/*
 * An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) is of the
 * kind of the IPv4 address inside.
 */
AddressKind address_guard_classify(const struct sockaddr *address);

/*
 * The kind of an address literal as URLs have it: brackets and a zone are ignored, IPv4 also in the
 * short, octal and hexadecimal forms that resolvers take. "localhost" and what ends in ".localhost"
 * are ADDRESS_LOOPBACK; any other name is ADDRESS_NOT_A_LITERAL.
 */
AddressKind address_guard_classify_host(const char *host);

/* TRUE for what may be connected to without --relay-allow-private; names may be looked up. */
gboolean address_guard_is_allowed(AddressKind kind);

/* "a loopback address", ...: for messages. Static. */
const char *address_guard_kind_to_string(AddressKind kind);
