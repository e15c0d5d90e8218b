#include "address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

typedef struct {
    guint32 network;
    guint8 bits;
    AddressKind kind;
} RangeV4;

/* Of the IANA registry of special-purpose addresses; what is globally reachable is left out. */
static const RangeV4 ranges_v4[] = {
    {0x00000000, 8, ADDRESS_UNSPECIFIED}, {0x7f000000, 8, ADDRESS_LOOPBACK},
    {0x0a000000, 8, ADDRESS_PRIVATE},     {0xac100000, 12, ADDRESS_PRIVATE},
    {0xc0a80000, 16, ADDRESS_PRIVATE},    {0xa9fe0000, 16, ADDRESS_LINK_LOCAL},
    {0x64400000, 10, ADDRESS_SHARED},     {0xe0000000, 4, ADDRESS_MULTICAST},
    {0xc0000000, 24, ADDRESS_RESERVED},   {0xc0000200, 24, ADDRESS_RESERVED},
    {0xc0586300, 24, ADDRESS_RESERVED},   {0xc6120000, 15, ADDRESS_RESERVED},
    {0xc6336400, 24, ADDRESS_RESERVED},   {0xcb007100, 24, ADDRESS_RESERVED},
    {0xf0000000, 4, ADDRESS_RESERVED},
};

typedef struct {
    guint8 prefix[16];
    guint8 bits;
    AddressKind kind;
} RangeV6;

/* Before them come the addresses that carry an IPv4 one. */
static const RangeV6 ranges_v6[] = {
    {{0xfe, 0x80}, 10, ADDRESS_LINK_LOCAL},
    {{0xfe, 0xc0}, 10, ADDRESS_PRIVATE},
    {{0xfc}, 7, ADDRESS_PRIVATE},
    {{0xff}, 8, ADDRESS_MULTICAST},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, ADDRESS_RESERVED},
    {{0x20, 0x01, 0x00, 0x02}, 48, ADDRESS_RESERVED},
    {{0x20, 0x01, 0x00, 0x10}, 28, ADDRESS_RESERVED},
    {{0x20, 0x01, 0x00, 0x20}, 28, ADDRESS_RESERVED},
    {{0x3f, 0xff}, 20, ADDRESS_RESERVED},
};

/* Where an IPv4 address stands inside an IPv6 one of that prefix. */
typedef struct {
    guint8 prefix[16];
    guint8 bits;
    guint8 offset;
    guint8 mask; /* each byte is combined with it: Teredo turns the bits round */
} CarrierV6;

static const CarrierV6 carriers[] = {
    {{[10] = 0xff, [11] = 0xff}, 96, 12, 0}, /* mapped */
    {{0x00}, 96, 12, 0},                     /* compatible */
    {{[8] = 0xff, [9] = 0xff}, 96, 12, 0},   /* translated */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, 0},   /* NAT64 */
    {{0x20, 0x02}, 16, 2, 0},                /* 6to4 */
    {{0x20, 0x01, 0x00, 0x00}, 32, 12, 0xff} /* Teredo */
};

static AddressKind classify_v4(guint32 address)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ranges_v4); i++) {
        guint32 mask = ~(guint32)0 << (32 - ranges_v4[i].bits);

        if ((address & mask) == ranges_v4[i].network)
            return ranges_v4[i].kind;
    }
    return ADDRESS_PUBLIC;
}

static gboolean has_prefix(const guint8 *address, const guint8 *prefix, guint bits)
{
    guint whole = bits / 8;
    guint8 mask = bits % 8 == 0 ? 0 : (guint8)(0xff << (8 - bits % 8));

    return memcmp(address, prefix, whole) == 0 &&
           (mask == 0 || (address[whole] & mask) == (prefix[whole] & mask));
}

static guint32 carried_address(const CarrierV6 *carrier, const guint8 *address)
{
    guint32 carried = 0;

    for (guint i = 0; i < 4; i++)
        carried = carried << 8 | (guint8)(address[carrier->offset + i] ^ carrier->mask);
    return carried;
}

static AddressKind classify_v6(const struct in6_addr *address)
{
    const guint8 *bytes = address->s6_addr;
    static const guint8 local_nat64[16] = {0x00, 0x64, 0xff, 0x9b, 0x00, 0x01};

    if (IN6_IS_ADDR_UNSPECIFIED(address))
        return ADDRESS_UNSPECIFIED;
    if (IN6_IS_ADDR_LOOPBACK(address))
        return ADDRESS_LOOPBACK;
    if (has_prefix(bytes, local_nat64, 48))
        return ADDRESS_PRIVATE;
    for (gsize i = 0; i < G_N_ELEMENTS(carriers); i++)
        if (has_prefix(bytes, carriers[i].prefix, carriers[i].bits))
            return classify_v4(carried_address(&carriers[i], bytes));
    for (gsize i = 0; i < G_N_ELEMENTS(ranges_v6); i++)
        if (has_prefix(bytes, ranges_v6[i].prefix, ranges_v6[i].bits))
            return ranges_v6[i].kind;
    /* Only 2000::/3 is given out to the public internet. */
    return (bytes[0] & 0xe0) == 0x20 ? ADDRESS_PUBLIC : ADDRESS_RESERVED;
}

AddressKind address_guard_classify(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;

        memcpy(&v4, address, sizeof v4);
        return classify_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;

        memcpy(&v6, address, sizeof v6);
        return classify_v6(&v6.sin6_addr);
    }
    return ADDRESS_OTHER_FAMILY;
}

/* Without brackets, zone and final dots, in ASCII. */
static char *bare_host(const char *host)
{
    g_autofree char *inner = g_strdup(*host == '[' ? host + 1 : host);
    char *ascii;
    gsize length;

    inner[strcspn(inner, "]%")] = '\0';
    ascii = g_hostname_to_ascii(inner);
    if (ascii == NULL)
        ascii = g_steal_pointer(&inner);
    length = strlen(ascii);
    while (length > 0 && ascii[length - 1] == '.')
        ascii[--length] = '\0';
    return ascii;
}

AddressKind address_guard_classify_host(const char *host)
{
    g_autofree char *bare = bare_host(host);
    g_autofree char *lower = g_ascii_strdown(bare, -1);
    struct in_addr v4;
    struct in6_addr v6;

    if (strcmp(lower, "localhost") == 0 || g_str_has_suffix(lower, ".localhost"))
        return ADDRESS_LOOPBACK;
    if (inet_pton(AF_INET6, bare, &v6) == 1)
        return classify_v6(&v6);
    if (inet_aton(bare, &v4) != 0)
        return classify_v4(ntohl(v4.s_addr));
    return ADDRESS_NOT_A_LITERAL;
}

gboolean address_guard_is_allowed(AddressKind kind)
{
    return kind == ADDRESS_PUBLIC || kind == ADDRESS_NOT_A_LITERAL;
}

const char *address_guard_kind_to_string(AddressKind kind)
{
    switch (kind) {
    case ADDRESS_PUBLIC:
        return "a public address";
    case ADDRESS_UNSPECIFIED:
        return "an unspecified address";
    case ADDRESS_LOOPBACK:
        return "a loopback address";
    case ADDRESS_PRIVATE:
        return "a private address";
    case ADDRESS_LINK_LOCAL:
        return "a link-local address";
    case ADDRESS_SHARED:
        return "an address behind a carrier's address translation";
    case ADDRESS_MULTICAST:
        return "a multicast address";
    case ADDRESS_RESERVED:
        return "a reserved address";
    case ADDRESS_NOT_A_LITERAL:
        return "a name";
    case ADDRESS_OTHER_FAMILY:
        return "no internet address";
    }
    return "an unknown kind of address";
}
