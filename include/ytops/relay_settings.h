/*
 * What steers the relay, with the environment names of the specification. Plain data; a stream may
 * have its own copy with some of them changed.
 */
#pragma once

#include <glib.h>

typedef enum { YTOPS_TIMEOUT_PER_URL, YTOPS_TIMEOUT_PER_STREAM } YtopsTimeoutScope;

typedef struct {
    guint retry_attempts;    /* STREAM_RETRY_ATTEMPTS [3]: N retries are N + 1 tries */
    gint64 retry_delay_ms;   /* STREAM_RETRY_DELAY [1.0 s] */
    gint64 total_timeout_ms; /* STREAM_TOTAL_TIMEOUT [60.0 s]; 0: none */
    YtopsTimeoutScope total_timeout_scope; /* STREAM_TOTAL_TIMEOUT_SCOPE [url] */
    gboolean exponential_backoff;          /* STREAM_RETRY_EXPONENTIAL_BACKOFF [false]: times 1.5 */
    gint64 live_chunk_timeout_ms;          /* LIVE_CHUNK_TIMEOUT_SECONDS [15.0 s] */
    gint64 vod_chunk_timeout_ms;           /* VOD_CHUNK_TIMEOUT_SECONDS [30.0 s] */
    guint max_failover_attempts; /* MAX_FAILOVER_ATTEMPTS [3] in one outage; 0: no limit */
    gint64 stable_after_ms;      /* data has flowed so long: the failover count is 0 again [10 s] */
    gboolean sticky_session;     /* USE_STICKY_SESSION [false] */
    guint token_attempts;        /* tokens that a stream of a page may ask for in one outage [3] */
    gboolean fail_over_on_4xx;   /* 401, 403, 404, 410 cannot heal: failover at once [true] */
    gboolean allow_private;      /* --relay-allow-private [false] */
    gsize burst_bytes;           /* a new live client starts with so much [256 KiB] */
    gsize client_lag_bytes;      /* a live client this far behind is dropped [8 MiB] */
    gint64 linger_ms;            /* a live upstream without clients stays so long [5 s] */
} YtopsRelaySettings;

/* The defaults in brackets. */
void ytops_relay_settings_init(YtopsRelaySettings *settings);

/* One setting's names and meaning. Static. */
typedef struct {
    const char *flag;        /* "--stream-retry-delay" */
    const char *environment; /* "STREAM_RETRY_DELAY" */
    const char *key;         /* "stream_retry_delay": in the JSON of a stream */
    const char *fallback;    /* the default, as text: "1.0" */
    const char *allowed;     /* for people: "seconds from 0 to 86400, such as 1.0 or 0.25" */
    const char *help;
    gboolean is_operators; /* not for a stream's own copy: security and memory of the server */
} YtopsRelaySetting;

/* All of them, in the order to show them in, from 0 on. NULL: there are no more. */
const YtopsRelaySetting *ytops_relay_settings_nth(gsize n);

/* By flag (with or without the dashes in front), environment name or key. NULL: there is none. */
const YtopsRelaySetting *ytops_relay_settings_find(const char *name);

/*
 * Sets one from text. INVALID_ARGUMENT, with the context `field` (the name as given), that tells
 * the name, the value and what is allowed; `settings` is then untouched.
 */
gboolean ytops_relay_settings_set(YtopsRelaySettings *settings, const char *name, const char *value,
                                  GError **error);

/* The same for a stream's own copy: refuses also what is the operator's. */
gboolean ytops_relay_settings_override(YtopsRelaySettings *settings, const char *name,
                                       const char *value, GError **error);

/* The value as ytops_relay_settings_set takes it. NULL: there is no such setting. g_free. */
char *ytops_relay_settings_get(const YtopsRelaySettings *settings, const char *name);
