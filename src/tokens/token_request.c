#include "ytops/token_request.h"

#include "request_params.h"
#include "token_url.h"

#include "ytops/account_manager.h"
#include "ytops/error.h"
#include "ytops/log.h"

#include <string.h>

#define MAX_NAME_BYTES 256
#define MAX_PROXY_BYTES 2048
#define MAX_TIMEOUT_S 86400

static const char name_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:,-";

static const char *field_or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static gboolean field_refuse(const char *field, const char *value, const char *allowed,
                             GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(value, (gssize)strnlen(value, MAX_PROXY_BYTES));
    g_autofree char *redacted = ytops_redact(valid);
    g_autofree char *cut = g_utf8_make_valid(redacted, (gssize)strnlen(redacted, 200));
    g_autofree char *shown = ytops_escape(cut);

    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "%s \"%s\" is not valid; give %s",
                field, shown, allowed);
    return FALSE;
}

static gboolean name_check(const char *field, const char *value, GError **error)
{
    if (value == NULL ||
        (strlen(value) <= MAX_NAME_BYTES && value[strspn(value, name_characters)] == '\0'))
        return TRUE;
    return field_refuse(field, value, "at most 256 letters, digits and the characters _ . : , -",
                        error);
}

static gboolean is_printable(const char *text, gsize max_bytes)
{
    if (strlen(text) > max_bytes || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

static gboolean printable_check(const char *field, const char *value, gsize max_bytes,
                                GError **error)
{
    if (value == NULL || is_printable(value, max_bytes))
        return TRUE;
    return field_refuse(field, value, "short UTF-8 text without control characters", error);
}

static gboolean timeout_check(gint64 timeout_s, GError **error)
{
    g_autofree char *shown = NULL;

    if (timeout_s >= 0 && timeout_s <= MAX_TIMEOUT_S)
        return TRUE;
    shown = g_strdup_printf("%" G_GINT64_FORMAT, timeout_s);
    return field_refuse("timeoutS", shown, "0 (the server's default) or 1 to 86400 seconds", error);
}

static gboolean account_check(const char *account_id, GError **error)
{
    g_autoptr(GError) fault = NULL;

    if (field_or_null(account_id) == NULL)
        return field_refuse("accountId", "", "the id of the account to work for", error);
    if (ytops_account_id_check(account_id, &fault))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT, "accountId: %s", fault->message);
    return FALSE;
}

static gboolean fields_check(const YtopsTokenFields *fields, GError **error)
{
    return account_check(fields->account_id, error) &&
           printable_check("proxyUrl", fields->proxy_url, MAX_PROXY_BYTES, error) &&
           name_check("jobId", fields->job_id, error) &&
           name_check("clients", fields->clients, error) &&
           printable_check("callerId", fields->caller_id, MAX_NAME_BYTES, error) &&
           timeout_check(fields->timeout_s, error);
}

static char *job_id_make(void)
{
    g_autofree char *uuid = g_uuid_string_random();
    g_auto(GStrv) parts = g_strsplit(uuid, "-", -1);

    return g_strjoinv("", parts);
}

YtopsTokenAsk *ytops_token_ask_new(const YtopsTokenFields *fields, gint64 default_timeout_s,
                                   GError **error)
{
    g_autofree char *url = token_url_check(fields->url, error);
    RequestParams params;
    YtopsTokenAsk *ask;

    if (url == NULL || !fields_check(fields, error) ||
        !request_params_parse(fields->request_params_json, &params, error))
        return NULL;
    ask = g_new0(YtopsTokenAsk, 1);
    ask->video_id = token_url_video_id(url);
    ask->url = g_steal_pointer(&url);
    ask->account_id = g_strdup(fields->account_id);
    ask->proxy_url = g_strdup(field_or_null(fields->proxy_url));
    ask->job_id = g_strdup(field_or_null(fields->job_id));
    if (ask->job_id == NULL)
        ask->job_id = job_id_make();
    ask->clients = g_strdup(field_or_null(fields->clients));
    ask->caller_id = g_strdup(field_or_null(fields->caller_id));
    ask->ytdlp_args = g_steal_pointer(&params.ytdlp_args);
    ask->no_cache = params.no_cache;
    ask->timeout_s = fields->timeout_s > 0 ? fields->timeout_s : MAX(default_timeout_s, 1);
    ask->penalize = fields->penalize;
    return ask;
}

void ytops_token_ask_free(YtopsTokenAsk *ask)
{
    if (ask == NULL)
        return;
    g_free(ask->url);
    g_free(ask->video_id);
    g_free(ask->account_id);
    g_free(ask->proxy_url);
    g_free(ask->job_id);
    g_free(ask->clients);
    g_free(ask->caller_id);
    g_strfreev(ask->ytdlp_args);
    g_free(ask);
}

/* Each part with its length, so that no two requests can give the same text. */
static void key_add(GChecksum *sum, const char *part)
{
    g_autofree char *head =
        part != NULL ? g_strdup_printf("%zu:", strlen(part)) : g_strdup("none:");

    g_checksum_update(sum, (const guchar *)head, -1);
    if (part != NULL)
        g_checksum_update(sum, (const guchar *)part, -1);
}

/* A digest: the proxy's password, which is part of what is asked for, is not to be read in it. */
char *ytops_token_ask_key(const YtopsTokenAsk *ask)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    key_add(sum, ask->url);
    key_add(sum, ask->account_id);
    key_add(sum, ask->proxy_url);
    key_add(sum, ask->clients);
    key_add(sum, ask->no_cache ? "no_cache" : NULL);
    key_add(sum, ask->penalize ? "penalize" : NULL);
    for (gsize i = 0; ask->ytdlp_args != NULL && ask->ytdlp_args[i] != NULL; i++)
        key_add(sum, ask->ytdlp_args[i]);
    return g_strdup(g_checksum_get_string(sum));
}
