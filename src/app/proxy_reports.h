/*
 * What the relay tells of proxies, on its way to Redis: a bounded queue and a thread of its own, so
 * that the relay's loop never waits. Thread-safe.
 */
#pragma once

#include "ytops/relay_source.h"
#include "ytops/token_service.h"

typedef struct ProxyReports ProxyReports;

/* All must outlive it. The policy says which failures of plain streams are charged to a proxy. */
ProxyReports *proxy_reports_new(YtopsTokenService *tokens, YtopsProxyManager *proxies,
                                const YtopsErrorPolicy *policy);

/* Never blocks: where the queue is full the report is dropped, with a log line. */
void proxy_reports_add(ProxyReports *reports, const YtopsRelayProxyUse *use);

/* Sends what is queued, unless Redis is away, joins the thread and frees. NULL is fine. */
void proxy_reports_free(ProxyReports *reports);
