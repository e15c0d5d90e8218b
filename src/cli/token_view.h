/* A token, as people and programs read it. Pure. */
#pragma once

#include "ytops/json.h"
#include "ytops_tokens_types.h"

/*
 * The command that downloads from the token, as a line for a shell: with info_file in the place of
 * the name that the server gave the info.json. Free with g_free.
 */
char *cli_token_command_line(const YtopsTokenData *token, const char *info_file);

/*
 * The token with the contract's names; null: not given. What went into a file (info_file,
 * cookies_file; NULL: none) is left out, and "infoJsonFile" or "cookiesFile" name the file instead.
 */
YtopsJson *cli_token_json(const YtopsTokenData *token, const char *info_file,
                          const char *cookies_file);
