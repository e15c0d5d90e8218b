/* The accounts that a server told about, as people and programs read them. Pure. */
#pragma once

#include "table.h"
#include "ytops/json.h"
#include "ytops_management_types.h"

/* A table of the statuses (YtopsAccountStatus). Passwords of proxies are "***". */
CliTable *cli_account_table(const GPtrArray *statuses, gint64 now);

/* {"accounts": [...]} with the contract's names; null: not known. */
YtopsJson *cli_account_json(const GPtrArray *statuses);
