/*
 * Whether a request carries the API token.
 */
#pragma once

#include "http_request.h"

/* Takes the same time for every wrong token of one length. */
gboolean http_auth_equal(const char *given, const char *expected);

/* TRUE where X-API-Token, or the Bearer of Authorization, is `token`. */
gboolean http_auth_allows(const HttpRequest *request, const char *token);
