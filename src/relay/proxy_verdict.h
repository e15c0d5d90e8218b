/*
 * What the owner of a stream's proxy is told of it: that it works when data has flowed, and once per
 * outage that it failed.
 *
 *     NONE ---> GOOD <---> BAD      a new proxy: NONE again
 */
#pragma once

#include <glib.h>

typedef enum { PROXY_VERDICT_NONE, PROXY_VERDICT_GOOD, PROXY_VERDICT_BAD } ProxyVerdict;
