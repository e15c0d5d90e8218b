#include "upstream_guard.h"

#include <netdb.h>
#include <unistd.h>

#include "address_guard.h"

static void refuse(UpstreamFetch *fetch, const char *address, AddressKind kind)
{
    g_free(fetch->refusal);
    fetch->refusal = g_strdup_printf(
        "it leads to %s, which is %s: the relay goes there only with --relay-allow-private",
        address, address_guard_kind_to_string(kind));
}

static curl_socket_t on_open_socket(void *data, curlsocktype purpose G_GNUC_UNUSED,
                                    struct curl_sockaddr *address)
{
    UpstreamFetch *fetch = data;
    AddressKind kind = address_guard_classify(&address->addr);
    char shown[NI_MAXHOST] = "an address";

    if (!fetch->has_proxy && !fetch->allow_private && !address_guard_is_allowed(kind)) {
        getnameinfo(&address->addr, address->addrlen, shown, sizeof shown, NULL, 0, NI_NUMERICHOST);
        refuse(fetch, shown, kind);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int before_request(void *data, char *peer_address, char *own_address G_GNUC_UNUSED,
                          int peer_port G_GNUC_UNUSED, int own_port G_GNUC_UNUSED)
{
    UpstreamFetch *fetch = data;
    AddressKind kind = address_guard_classify_host(peer_address);

    /* One of several addresses of a name may have been refused, and another one taken. */
    g_clear_pointer(&fetch->refusal, g_free);
    if (address_guard_is_allowed(kind))
        return CURL_PREREQFUNC_OK;
    refuse(fetch, peer_address, kind);
    return CURL_PREREQFUNC_ABORT;
}

void upstream_guard_install(UpstreamFetch *fetch)
{
    curl_easy_setopt(fetch->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(fetch->easy, CURLOPT_OPENSOCKETDATA, fetch);
    if (fetch->has_proxy || fetch->allow_private)
        return;
    curl_easy_setopt(fetch->easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(fetch->easy, CURLOPT_PREREQDATA, fetch);
}

/* Absolute; NULL where it makes none. Free with curl_free. */
static char *resolve_location(const char *base, const char *location)
{
    CURLU *url = curl_url();
    char *absolute = NULL;

    if (curl_url_set(url, CURLUPART_URL, base, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_set(url, CURLUPART_URL, location,
                     CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE) == CURLUE_OK)
        curl_url_get(url, CURLUPART_URL, &absolute, 0);
    curl_url_cleanup(url);
    return absolute;
}

gboolean upstream_guard_redirect(UpstreamFetch *fetch)
{
    const char *location = response_head_get(&fetch->head, "location");
    g_autoptr(GError) error = NULL;
    const char *base = NULL;
    char *absolute;

    curl_easy_getinfo(fetch->easy, CURLINFO_EFFECTIVE_URL, &base);
    absolute = resolve_location(base != NULL ? base : fetch->url, location);
    if (!upstream_url_check(absolute != NULL ? absolute : location, fetch->allow_private, &error)) {
        g_free(fetch->refusal);
        fetch->refusal = g_strdup_printf("it redirects, and %s", error->message);
    }
    curl_free(absolute);
    return error == NULL;
}
