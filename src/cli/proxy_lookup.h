/* Proxies as the server knows them, fetched. */
#pragma once

#include "proxy_view.h"
#include "session.h"

/* Every YtopsProxyStatus of the identity (NULL: the server's choice). NULL on failure. */
GPtrArray *cli_proxy_fetch(CliSession *session, const char *identity, GError **error);

/*
 * The full URL of a proxy as the user wrote it: asks the server only where its password was left
 * out. *identity becomes that of the proxy found; it is untouched where none was looked up. Both
 * are freed with g_free. NULL on failure.
 */
char *cli_proxy_resolve(CliSession *session, const char *url, char **identity, GError **error);
