#include "ytops/error_policy.h"

#include "ytops/json.h"
#include "ytops/log.h"

#include <string.h>

#define A TRUE, FALSE
#define P FALSE, TRUE
#define A_P TRUE, TRUE
#define NOBODY FALSE, FALSE
#define BANNABLE TRUE
#define NOT_BANNABLE FALSE
#define RETRYABLE TRUE
#define FINAL FALSE
#define RULE(name, charged, bannable, retryable)                                                   \
    {                                                                                              \
        YTOPS_ERROR_##name, charged, bannable, retryable                                           \
    }

/* docs/errors.md is this table for people; a test compares the two. */
static const YtopsErrorRule built_in[] = {
    RULE(INTERNAL, NOBODY, NOT_BANNABLE, FINAL),
    RULE(INVALID_ARGUMENT, NOBODY, NOT_BANNABLE, FINAL),
    RULE(NOT_FOUND, NOBODY, NOT_BANNABLE, FINAL),
    RULE(ROLE_FORBIDDEN, NOBODY, NOT_BANNABLE, FINAL),
    RULE(OUT_OF_SCOPE, NOBODY, NOT_BANNABLE, FINAL),
    RULE(QUEUE_EMPTY, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(NO_ACTIVE_PROXIES, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(NO_ACTIVE_ACCOUNTS, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(REDIS_UNAVAILABLE, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(OVERLOADED, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(DRAINING, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(BOT_DETECTED, A_P, BANNABLE, FINAL),
    RULE(CAPTCHA_REQUIRED, A_P, BANNABLE, FINAL),
    RULE(IP_BLOCKED, P, BANNABLE, RETRYABLE),
    RULE(SESSION_RATE_LIMITED, A, BANNABLE, FINAL),
    RULE(HTTP_429, A_P, NOT_BANNABLE, RETRYABLE),
    RULE(HTTP_403, A_P, NOT_BANNABLE, RETRYABLE),
    RULE(HTTP_5XX, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(MEDIA_403, P, NOT_BANNABLE, RETRYABLE),
    RULE(AGE_RESTRICTED, NOBODY, NOT_BANNABLE, FINAL),
    RULE(PRIVATE_VIDEO, NOBODY, NOT_BANNABLE, FINAL),
    RULE(MEMBERS_ONLY, NOBODY, NOT_BANNABLE, FINAL),
    RULE(LOGIN_REQUIRED, NOBODY, NOT_BANNABLE, FINAL),
    RULE(COOKIES_INVALID, A, NOT_BANNABLE, FINAL),
    RULE(UPLOADER_TERMINATED, NOBODY, NOT_BANNABLE, FINAL),
    RULE(VIDEO_REMOVED, NOBODY, NOT_BANNABLE, FINAL),
    RULE(VIDEO_UNAVAILABLE, NOBODY, NOT_BANNABLE, FINAL),
    RULE(GEO_RESTRICTED, NOBODY, NOT_BANNABLE, FINAL),
    RULE(LIVE_NOT_STARTED, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(DRM_PROTECTED, NOBODY, NOT_BANNABLE, FINAL),
    RULE(NO_FORMATS, NOBODY, NOT_BANNABLE, FINAL),
    RULE(UNSUPPORTED_URL, NOBODY, NOT_BANNABLE, FINAL),
    RULE(INVALID_URL, NOBODY, NOT_BANNABLE, FINAL),
    RULE(SOCKS5_CONNECTION_FAILED, A_P, BANNABLE, RETRYABLE),
    RULE(SOCKS5_AUTH_FAILED, A_P, BANNABLE, RETRYABLE),
    RULE(SOCKS5_PROTOCOL, A_P, BANNABLE, RETRYABLE),
    RULE(PROXY_DNS_FAILED, A_P, BANNABLE, RETRYABLE),
    RULE(HTTP_PROXY_AUTH, A_P, BANNABLE, RETRYABLE),
    RULE(HTTP_PROXY_FAILED, A_P, BANNABLE, RETRYABLE),
    RULE(TARGET_UNREACHABLE, P, NOT_BANNABLE, RETRYABLE),
    RULE(DNS_FAILED, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(CONNECT_TIMEOUT, P, NOT_BANNABLE, RETRYABLE),
    RULE(READ_TIMEOUT, P, NOT_BANNABLE, RETRYABLE),
    RULE(CONNECTION_RESET, P, NOT_BANNABLE, RETRYABLE),
    RULE(SSL_ERROR, P, NOT_BANNABLE, RETRYABLE),
    RULE(COOKIE_FILE, A, NOT_BANNABLE, FINAL),
    RULE(TIMEOUT, P, NOT_BANNABLE, RETRYABLE),
    RULE(GENERIC, A, NOT_BANNABLE, FINAL),
    RULE(DOWNLOAD_FAILED, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(PROBE_FAILED, NOBODY, NOT_BANNABLE, RETRYABLE),
    RULE(POISON, NOBODY, NOT_BANNABLE, FINAL),
};

G_STATIC_ASSERT(G_N_ELEMENTS(built_in) == YTOPS_ERROR_N_CODES);

static const YtopsErrorRule stranger = RULE(INTERNAL, NOBODY, NOT_BANNABLE, FINAL);

struct YtopsErrorPolicy {
    YtopsErrorRule rules[YTOPS_ERROR_N_CODES];
};

/* The file being read: where its rules go, and what was wrong first. */
typedef struct {
    const char *path;
    const char *code_name;
    YtopsErrorPolicy *policy;
    YtopsErrorRule *rule;
    GError *error;
} PolicyReading;

static gboolean *rule_find_column(YtopsErrorRule *rule, const char *name)
{
    if (strcmp(name, "account") == 0)
        return &rule->charges_account;
    if (strcmp(name, "proxy") == 0)
        return &rule->charges_proxy;
    if (strcmp(name, "bannable") == 0)
        return &rule->bannable;
    if (strcmp(name, "retryable") == 0)
        return &rule->retryable;
    return NULL;
}

static gboolean reading_refuse(PolicyReading *reading, const char *key, const char *fault,
                               const char *allowed)
{
    g_autofree char *shown = ytops_escape(key);

    g_set_error(&reading->error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "--error-policy %s: \"%s\" %s; %s", reading->path, shown, fault, allowed);
    return FALSE;
}

static gboolean policy_read_column(const char *key, YtopsJson *value, gpointer data)
{
    PolicyReading *reading = data;
    gboolean *column = rule_find_column(reading->rule, key);
    g_autofree char *full_key = g_strconcat(reading->code_name, ".", key, NULL);
    g_autofree char *fault = NULL;

    if (column == NULL)
        return reading_refuse(reading, full_key, "is no column",
                              "a code has \"account\", \"proxy\", \"bannable\" and \"retryable\"");
    if (ytops_json_get_type(value) != YTOPS_JSON_BOOLEAN) {
        fault =
            g_strdup_printf("is a JSON %s", ytops_json_type_to_string(ytops_json_get_type(value)));
        return reading_refuse(reading, full_key, fault, "give true or false");
    }
    *column = ytops_json_bool(value);
    return TRUE;
}

static gboolean policy_read_code(const char *key, YtopsJson *value, gpointer data)
{
    PolicyReading *reading = data;
    g_autofree char *fault = NULL;
    YtopsErrorCode code;

    if (!ytops_error_code_from_string(key, &code))
        return reading_refuse(reading, key, "is no error code", "docs/errors.md lists them all");
    if (ytops_json_get_type(value) != YTOPS_JSON_OBJECT) {
        fault =
            g_strdup_printf("is a JSON %s", ytops_json_type_to_string(ytops_json_get_type(value)));
        return reading_refuse(reading, key, fault,
                              "give an object of booleans, such as {\"account\": false}");
    }
    reading->code_name = key;
    reading->rule = &reading->policy->rules[code];
    ytops_json_foreach(value, policy_read_column, reading);
    return reading->error == NULL;
}

static YtopsJson *policy_open(const char *path, GError **error)
{
    g_autoptr(YtopsJson) document = NULL;
    g_autoptr(GError) fault = NULL;
    g_autofree char *text = NULL;
    gsize length;

    if (!g_file_get_contents(path, &text, &length, &fault)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "--error-policy %s cannot be read (%s); give the path of a JSON file", path,
                    fault->message);
        return NULL;
    }
    document = ytops_json_parse(text, (gssize)length, &fault);
    if (document == NULL)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "--error-policy %s is not valid JSON (%s)", path, fault->message);
    else if (ytops_json_get_type(document) != YTOPS_JSON_OBJECT)
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                    "--error-policy %s holds a JSON %s; give an object of code names", path,
                    ytops_json_type_to_string(ytops_json_get_type(document)));
    else
        return g_steal_pointer(&document);
    return NULL;
}

static gboolean policy_read(YtopsErrorPolicy *policy, const char *path, GError **error)
{
    g_autoptr(YtopsJson) document = policy_open(path, error);
    PolicyReading reading = {path, NULL, policy, NULL, NULL};

    if (document == NULL)
        return FALSE;
    ytops_json_foreach(document, policy_read_code, &reading);
    if (reading.error == NULL)
        return TRUE;
    g_propagate_error(error, reading.error);
    return FALSE;
}

YtopsErrorPolicy *ytops_error_policy_new(const char *path, GError **error)
{
    g_autoptr(YtopsErrorPolicy) policy = g_new0(YtopsErrorPolicy, 1);

    for (gsize i = 0; i < G_N_ELEMENTS(built_in); i++)
        policy->rules[built_in[i].code] = built_in[i];
    if (path != NULL && path[0] != '\0' && !policy_read(policy, path, error))
        return NULL;
    return g_steal_pointer(&policy);
}

void ytops_error_policy_free(YtopsErrorPolicy *policy)
{
    g_free(policy);
}

const YtopsErrorRule *ytops_error_policy_get(const YtopsErrorPolicy *policy, YtopsErrorCode code)
{
    if ((guint)code >= YTOPS_ERROR_N_CODES)
        return &stranger;
    return &policy->rules[code];
}
