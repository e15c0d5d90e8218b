/* The proxies that a server told about, as people and programs read them. Pure. */
#pragma once

#include "table.h"
#include "ytops/json.h"
#include "ytops_management_types.h"

/*
 * A table of the statuses (YtopsProxyStatus). On a terminal (`terse`) the identity is left out where
 * all have the same. The mark of the proxy whose turn it is reads "(next)" where one worker is known,
 * "(next: worker-a, worker-b)" where there are several. Passwords are "***".
 */
CliTable *cli_proxy_table(const GPtrArray *statuses, gint64 now, gboolean terse);

/* {"proxies": [...]} with the contract's names, in full, passwords included; null: not known. */
YtopsJson *cli_proxy_json(const GPtrArray *statuses);

/*
 * The one proxy that `url` means: the same text or, failing that, the same with its password written
 * as "***". Several proxies that fit are INVALID_ARGUMENT, none is NOT_FOUND. Owned by the array.
 */
const YtopsProxyStatus *cli_proxy_match(const GPtrArray *statuses, const char *url, GError **error);

/* Whether the URL was written with "***" for its password, and has to be looked up. */
gboolean cli_proxy_is_redacted(const char *url);
