#include "ytops/relay_settings.h"

#include <string.h>

#include "relay_seconds.h"
#include "ytops/error.h"
#include "ytops/log.h"

#define DAY_MS (24 * 60 * 60 * 1000)
#define GIB (1024 * 1024 * 1024)

typedef enum { VALUE_COUNT, VALUE_SECONDS, VALUE_BYTES, VALUE_SWITCH, VALUE_SCOPE } ValueType;

typedef struct {
    YtopsRelaySetting public;
    ValueType type;
    gsize offset;
    gint64 min; /* SECONDS: in milliseconds */
    gint64 max;
} Setting;

#define COUNT "a whole number from 0 to 1000"
#define SECONDS "seconds from 0 to 86400, such as 1.0 or 0.25"
#define TIMEOUT "seconds from 0.001 to 86400, such as 15.0 or 0.25"
#define BYTES "a whole number from 0 to 1073741824"
#define SWITCH "true or false"
#define AT(field) offsetof(YtopsRelaySettings, field)

static const Setting settings_table[] = {
    {{"--stream-retry-attempts", "STREAM_RETRY_ATTEMPTS", "stream_retry_attempts", "3", COUNT,
      "Retries of the same URL after an error before failover; N retries are N + 1 tries.", FALSE},
     VALUE_COUNT,
     AT(retry_attempts),
     0,
     1000},
    {{"--stream-retry-delay", "STREAM_RETRY_DELAY", "stream_retry_delay", "1.0", SECONDS,
      "Wait before a retry.", FALSE},
     VALUE_SECONDS,
     AT(retry_delay_ms),
     0,
     DAY_MS},
    {{"--stream-total-timeout", "STREAM_TOTAL_TIMEOUT", "stream_total_timeout", "60.0", SECONDS,
      "How long retries may go on in one outage; 0: no limit.", FALSE},
     VALUE_SECONDS,
     AT(total_timeout_ms),
     0,
     DAY_MS},
    {{"--stream-total-timeout-scope", "STREAM_TOTAL_TIMEOUT_SCOPE", "stream_total_timeout_scope",
      "url", "url or stream",
      "What the total timeout measures: url: each URL, then comes failover; stream: the whole "
      "outage, then the stream fails.",
      FALSE},
     VALUE_SCOPE,
     AT(total_timeout_scope),
     0,
     0},
    {{"--stream-retry-exponential-backoff", "STREAM_RETRY_EXPONENTIAL_BACKOFF",
      "stream_retry_exponential_backoff", "false", SWITCH,
      "Each further retry waits 1.5 times as long, up to 60 seconds.", FALSE},
     VALUE_SWITCH,
     AT(exponential_backoff),
     0,
     0},
    {{"--live-chunk-timeout-seconds", "LIVE_CHUNK_TIMEOUT_SECONDS", "live_chunk_timeout_seconds",
      "15.0", TIMEOUT, "No data of a live stream for so long is an error.", FALSE},
     VALUE_SECONDS,
     AT(live_chunk_timeout_ms),
     1,
     DAY_MS},
    {{"--vod-chunk-timeout-seconds", "VOD_CHUNK_TIMEOUT_SECONDS", "vod_chunk_timeout_seconds",
      "30.0", TIMEOUT, "No data of a file for so long is an error.", FALSE},
     VALUE_SECONDS,
     AT(vod_chunk_timeout_ms),
     1,
     DAY_MS},
    {{"--max-failover-attempts", "MAX_FAILOVER_ATTEMPTS", "max_failover_attempts", "3", COUNT,
      "Failovers in one outage; 0: no limit.", FALSE},
     VALUE_COUNT,
     AT(max_failover_attempts),
     0,
     1000},
    {{"--use-sticky-session", "USE_STICKY_SESSION", "use_sticky_session", "false", SWITCH,
      "After a redirect stay on that backend while it works.", FALSE},
     VALUE_SWITCH,
     AT(sticky_session),
     0,
     0},
    {{"--relay-stable-after-s", "RELAY_STABLE_AFTER_S", "relay_stable_after_s", "10.0", SECONDS,
      "Data has flowed for so long: the outage is over, and its failovers are forgotten.", FALSE},
     VALUE_SECONDS,
     AT(stable_after_ms),
     0,
     DAY_MS},
    {{"--relay-fail-over-on-4xx", "RELAY_FAIL_OVER_ON_4XX", "relay_fail_over_on_4xx", "true",
      SWITCH, "Status 401, 403, 404 and 410 go to failover at once, without retries.", FALSE},
     VALUE_SWITCH,
     AT(fail_over_on_4xx),
     0,
     0},
    {{"--relay-token-attempts", "RELAY_TOKEN_ATTEMPTS", "relay_token_attempts", "3",
      "a whole number from 1 to 1000", "Tokens that a stream of a page may ask for in one outage.",
      FALSE},
     VALUE_COUNT,
     AT(token_attempts),
     1,
     1000},
    {{"--relay-linger-s", "RELAY_LINGER_S", "relay_linger_s", "5.0", SECONDS,
      "How long a live upstream stays after its last client.", FALSE},
     VALUE_SECONDS,
     AT(linger_ms),
     0,
     DAY_MS},
    {{"--relay-burst-bytes", "RELAY_BURST_BYTES", "relay_burst_bytes", "262144", BYTES,
      "A new client of a live stream starts with so much of what was sent before.", TRUE},
     VALUE_BYTES,
     AT(burst_bytes),
     0,
     GIB},
    {{"--relay-client-lag-bytes", "RELAY_CLIENT_LAG_BYTES", "relay_client_lag_bytes", "8388608",
      "a whole number from 65536 to 1073741824",
      "A client of a live stream that is so far behind is dropped.", TRUE},
     VALUE_BYTES,
     AT(client_lag_bytes),
     65536,
     GIB},
    {{"--relay-allow-private", "RELAY_ALLOW_PRIVATE", "relay_allow_private", "false", SWITCH,
      "Upstreams may have loopback, private and link-local addresses.", TRUE},
     VALUE_SWITCH,
     AT(allow_private),
     0,
     0},
};

static gboolean parse_switch(const char *text, gboolean *value)
{
    static const char *const words[] = {"false", "true", "0", "1", "no", "yes", "off", "on"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *value = (i & 1) != 0;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean parse_scope(const char *text, YtopsTimeoutScope *scope)
{
    gboolean is_stream = g_ascii_strcasecmp(text, "stream") == 0;

    if (!is_stream && g_ascii_strcasecmp(text, "url") != 0)
        return FALSE;
    *scope = is_stream ? YTOPS_TIMEOUT_PER_STREAM : YTOPS_TIMEOUT_PER_URL;
    return TRUE;
}

/* FALSE where the text is not allowed; `settings` is then untouched. */
static gboolean put_value(const Setting *setting, YtopsRelaySettings *settings, const char *text)
{
    gpointer slot = G_STRUCT_MEMBER_P(settings, setting->offset);
    gint64 number = 0;

    switch (setting->type) {
    case VALUE_SWITCH:
        return parse_switch(text, slot);
    case VALUE_SCOPE:
        return parse_scope(text, slot);
    case VALUE_SECONDS:
        if (!relay_seconds_parse(text, &number) || number < setting->min || number > setting->max)
            return FALSE;
        *(gint64 *)slot = number;
        return TRUE;
    case VALUE_COUNT:
    case VALUE_BYTES:
        break;
    }
    if (!g_ascii_string_to_signed(text, 10, setting->min, setting->max, &number, NULL))
        return FALSE;
    if (setting->type == VALUE_COUNT)
        *(guint *)slot = (guint)number;
    else
        *(gsize *)slot = (gsize)number;
    return TRUE;
}

static char *get_value(const Setting *setting, const YtopsRelaySettings *settings)
{
    gconstpointer slot = (const char *)settings + setting->offset;

    switch (setting->type) {
    case VALUE_SWITCH:
        return g_strdup(*(const gboolean *)slot ? "true" : "false");
    case VALUE_SCOPE:
        return g_strdup(*(const YtopsTimeoutScope *)slot == YTOPS_TIMEOUT_PER_STREAM ? "stream"
                                                                                     : "url");
    case VALUE_SECONDS:
        return relay_seconds_format(*(const gint64 *)slot);
    case VALUE_COUNT:
        return g_strdup_printf("%u", *(const guint *)slot);
    case VALUE_BYTES:
        break;
    }
    return g_strdup_printf("%" G_GSIZE_FORMAT, *(const gsize *)slot);
}

void ytops_relay_settings_init(YtopsRelaySettings *settings)
{
    *settings = (YtopsRelaySettings){0};
    for (gsize i = 0; i < G_N_ELEMENTS(settings_table); i++)
        put_value(&settings_table[i], settings, settings_table[i].public.fallback);
}

const YtopsRelaySetting *ytops_relay_settings_nth(gsize n)
{
    return n < G_N_ELEMENTS(settings_table) ? &settings_table[n].public : NULL;
}

/* "--stream-retry-delay", "stream-retry-delay" and "STREAM_RETRY_DELAY" all have the key's form. */
static const Setting *find(const char *name)
{
    g_autofree char *key = g_ascii_strdown(g_str_has_prefix(name, "--") ? name + 2 : name, -1);

    g_strdelimit(key, "-", '_');
    for (gsize i = 0; i < G_N_ELEMENTS(settings_table); i++) {
        if (strcmp(settings_table[i].public.key, key) == 0)
            return &settings_table[i];
    }
    return NULL;
}

const YtopsRelaySetting *ytops_relay_settings_find(const char *name)
{
    const Setting *setting = find(name);

    return setting == NULL ? NULL : &setting->public;
}

static char *show(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *escaped = ytops_escape(valid);

    return ytops_redact(escaped);
}

static gboolean refuse(GError **error, const char *name, const char *message)
{
    GError *refusal = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, message);

    ytops_error_set_context(refusal, "field", name);
    g_propagate_error(error, refusal);
    return FALSE;
}

static gboolean refuse_name(GError **error, const char *name)
{
    g_autofree char *shown = show(name);
    g_autofree char *message = g_strdup_printf(
        "'%s' is no setting of the relay; docs/relay.md lists those there are", shown);

    return refuse(error, name, message);
}

gboolean ytops_relay_settings_set(YtopsRelaySettings *settings, const char *name, const char *value,
                                  GError **error)
{
    const Setting *setting = find(name);
    g_autofree char *shown = NULL;
    g_autofree char *message = NULL;

    if (setting == NULL)
        return refuse_name(error, name);
    if (put_value(setting, settings, value))
        return TRUE;
    shown = show(value);
    message = g_strdup_printf("%s: the value '%s' is not allowed; give %s", name, shown,
                              setting->public.allowed);
    return refuse(error, name, message);
}

gboolean ytops_relay_settings_override(YtopsRelaySettings *settings, const char *name,
                                       const char *value, GError **error)
{
    const Setting *setting = find(name);
    g_autofree char *message = NULL;

    if (setting == NULL || !setting->public.is_operators)
        return ytops_relay_settings_set(settings, name, value, error);
    message = g_strdup_printf("%s is for the server's operator (%s) and cannot be set for one "
                              "stream; leave it out",
                              name, setting->public.flag);
    return refuse(error, name, message);
}

char *ytops_relay_settings_get(const YtopsRelaySettings *settings, const char *name)
{
    const Setting *setting = find(name);

    return setting == NULL ? NULL : get_value(setting, settings);
}
