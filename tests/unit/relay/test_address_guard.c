#include "relay/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static const struct {
    const char *address;
    AddressKind kind;
} table[] = {
    {"1.1.1.1", ADDRESS_PUBLIC},
    {"9.255.255.255", ADDRESS_PUBLIC},
    {"11.0.0.0", ADDRESS_PUBLIC},
    {"172.15.255.255", ADDRESS_PUBLIC},
    {"172.32.0.0", ADDRESS_PUBLIC},
    {"100.63.255.255", ADDRESS_PUBLIC},
    {"100.128.0.0", ADDRESS_PUBLIC},
    {"192.167.255.255", ADDRESS_PUBLIC},
    {"192.0.1.0", ADDRESS_PUBLIC},
    {"223.255.255.255", ADDRESS_PUBLIC},
    {"0.0.0.0", ADDRESS_UNSPECIFIED},
    {"0.255.255.255", ADDRESS_UNSPECIFIED},
    {"127.0.0.1", ADDRESS_LOOPBACK},
    {"127.255.255.255", ADDRESS_LOOPBACK},
    {"10.0.0.0", ADDRESS_PRIVATE},
    {"10.255.255.255", ADDRESS_PRIVATE},
    {"172.16.0.0", ADDRESS_PRIVATE},
    {"172.31.255.255", ADDRESS_PRIVATE},
    {"192.168.1.1", ADDRESS_PRIVATE},
    {"169.254.169.254", ADDRESS_LINK_LOCAL},
    {"100.64.0.0", ADDRESS_SHARED},
    {"100.127.255.255", ADDRESS_SHARED},
    {"224.0.0.1", ADDRESS_MULTICAST},
    {"239.255.255.255", ADDRESS_MULTICAST},
    {"192.0.0.1", ADDRESS_RESERVED},
    {"192.0.2.1", ADDRESS_RESERVED},
    {"198.18.0.0", ADDRESS_RESERVED},
    {"198.19.255.255", ADDRESS_RESERVED},
    {"198.51.100.1", ADDRESS_RESERVED},
    {"203.0.113.1", ADDRESS_RESERVED},
    {"240.0.0.0", ADDRESS_RESERVED},
    {"255.255.255.255", ADDRESS_RESERVED},
    {"2001:4860:4860::8888", ADDRESS_PUBLIC},
    {"2a00:1450::1", ADDRESS_PUBLIC},
    {"::", ADDRESS_UNSPECIFIED},
    {"::1", ADDRESS_LOOPBACK},
    {"fc00::1", ADDRESS_PRIVATE},
    {"fdff:ffff::1", ADDRESS_PRIVATE},
    {"fec0::1", ADDRESS_PRIVATE},
    {"fe80::1", ADDRESS_LINK_LOCAL},
    {"febf::1", ADDRESS_LINK_LOCAL},
    {"ff02::1", ADDRESS_MULTICAST},
    {"2001:db8::1", ADDRESS_RESERVED},
    {"2001:2::1", ADDRESS_RESERVED},
    {"2001:10::1", ADDRESS_RESERVED},
    {"3fff::1", ADDRESS_RESERVED},
    {"100::1", ADDRESS_RESERVED},
    {"4000::1", ADDRESS_RESERVED},
    /* IPv4 inside IPv6 */
    {"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
    {"::ffff:10.1.2.3", ADDRESS_PRIVATE},
    {"::ffff:8.8.8.8", ADDRESS_PUBLIC},
    {"::10.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:0:192.168.0.1", ADDRESS_PRIVATE},
    {"64:ff9b::127.0.0.1", ADDRESS_LOOPBACK},
    {"64:ff9b::8.8.8.8", ADDRESS_PUBLIC},
    {"64:ff9b:1::8.8.8.8", ADDRESS_PRIVATE},
    {"2002:0a00:0001::1", ADDRESS_PRIVATE},
    {"2002:0808:0808::1", ADDRESS_PUBLIC},
    {"2001:0:1:2:3:4:f5ff:fffe", ADDRESS_PRIVATE}, /* 10.0.0.1, turned round */
};

static void each_address_has_its_kind(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
        struct sockaddr_in v4 = {.sin_family = AF_INET};
        gboolean is_v6 = strchr(table[i].address, ':') != NULL;
        AddressKind kind;

        g_assert_cmpint(inet_pton(is_v6 ? AF_INET6 : AF_INET, table[i].address,
                                  is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr),
                        ==, 1);
        kind = address_guard_classify(is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4);
        if (kind != table[i].kind || kind != address_guard_classify_host(table[i].address))
            g_error("%s is %s", table[i].address, address_guard_kind_to_string(kind));
    }
}

static void hosts_are_read_as_resolvers_read_them(void)
{
    static const struct {
        const char *host;
        AddressKind kind;
    } cases[] = {
        {"example.com", ADDRESS_NOT_A_LITERAL},
        {"", ADDRESS_NOT_A_LITERAL},
        {"127.0.0.1.example.com", ADDRESS_NOT_A_LITERAL},
        {"localhost.example.com", ADDRESS_NOT_A_LITERAL},
        {"localhost", ADDRESS_LOOPBACK},
        {"LocalHost.", ADDRESS_LOOPBACK},
        {"x.localhost", ADDRESS_LOOPBACK},
        {"127.1", ADDRESS_LOOPBACK},
        {"0x7f000001", ADDRESS_LOOPBACK},
        {"2130706433", ADDRESS_LOOPBACK},
        {"0177.0.0.1", ADDRESS_LOOPBACK},
        {"10.0.0.1...", ADDRESS_PRIVATE},
        {"[::1]", ADDRESS_LOOPBACK},
        {"[fe80::1%eth0]", ADDRESS_LINK_LOCAL},
        {"１２７.0.0.1", ADDRESS_LOOPBACK},
        {"0", ADDRESS_UNSPECIFIED},
        {"134744072", ADDRESS_PUBLIC},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (address_guard_classify_host(cases[i].host) != cases[i].kind)
            g_error("%s is %s", cases[i].host,
                    address_guard_kind_to_string(address_guard_classify_host(cases[i].host)));
}

static void only_public_addresses_and_names_are_allowed(void)
{
    for (int kind = ADDRESS_PUBLIC; kind <= ADDRESS_OTHER_FAMILY; kind++)
        g_assert_cmpint(address_guard_is_allowed((AddressKind)kind), ==,
                        kind == ADDRESS_PUBLIC || kind == ADDRESS_NOT_A_LITERAL);
}

static void another_family_is_not_allowed(void)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};

    g_assert_cmpint(address_guard_classify((struct sockaddr *)&local), ==, ADDRESS_OTHER_FAMILY);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name) g_test_add_func("/address-guard/" #name, name)
    ADD(each_address_has_its_kind);
    ADD(hosts_are_read_as_resolvers_read_them);
    ADD(only_public_addresses_and_names_are_allowed);
    ADD(another_family_is_not_allowed);
    return g_test_run();
}
