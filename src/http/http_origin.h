/*
 * Keeps other sites' pages in an operator's browser away from what is guarded. Where no token is asked
 * for, anything that reaches loopback is let in; a browser does, on behalf of whatever page it shows.
 */
#pragma once

#include "ytops/http_server.h"

/*
 * TRUE where the request may be served; else it was answered with 403. Refused are pages of another
 * origin and, without a token, names that are not this host's own (a site may give its name any
 * address).
 */
gboolean http_origin_check(YtopsHttpExchange *exchange, gboolean has_token);
