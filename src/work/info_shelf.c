#include "info_shelf.h"

#include "ytops/error.h"
#include "ytops/json.h"

enum {
    LIFE_UNKNOWN_S = 6 * 3600, /* where the media URLs do not tell when they expire */
    RENEWALS_KEPT_S = 24 * 3600,
};

struct InfoShelf {
    YtopsRedisPool *pool;
};

InfoShelf *info_shelf_new(YtopsRedisPool *pool)
{
    InfoShelf *shelf = g_new0(InfoShelf, 1);

    shelf->pool = pool;
    return shelf;
}

void info_shelf_free(InfoShelf *shelf)
{
    g_free(shelf);
}

static char *key_of(const char *prefix, const char *text)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

    return g_strdup_printf("%s:%.32s", prefix, digest);
}

char *info_shelf_key(const char *url)
{
    return key_of("info_json", url);
}

static char *record_of(const char *url, const YtopsTokenResult *token)
{
    g_autoptr(YtopsJson) json = ytops_json_object_new();
    YtopsJson *command = ytops_json_array_new();

    for (char **part = token->ytdlp_command; part != NULL && *part != NULL; part++)
        ytops_json_append_string(command, *part);
    ytops_json_set_string(json, "url", url);
    ytops_json_set_string(json, "account_id", token->account_id);
    ytops_json_set_string(json, "proxy_url", token->proxy_url);
    ytops_json_set_string(json, "job_id", token->job_id);
    ytops_json_set_int(json, "expires_at", token->expires_at);
    ytops_json_set_take(json, "ytdlp_command", command);
    ytops_json_set_string(json, "info_json", token->info_json);
    return ytops_json_to_string(json);
}

gboolean info_shelf_put(InfoShelf *shelf, const char *url, const YtopsTokenResult *token,
                        gint64 now, GError **error)
{
    g_autofree char *key = info_shelf_key(url);
    g_autofree char *record = record_of(url, token);
    gint64 life_s = token->expires_at != 0 ? token->expires_at - now : LIFE_UNKNOWN_S;
    g_autofree char *life = ytops_redis_number_text(life_s);
    g_autoptr(YtopsRedisReply) reply = NULL;

    if (life_s <= 0) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_MEDIA_403,
                            "the media URLs of the new info.json have expired already; check the "
                            "clock of this machine");
        return FALSE;
    }
    reply = ytops_redis_command(shelf->pool, error, "SET", key, record, "EX", life, NULL);
    return reply != NULL;
}

static char **strings_of(const YtopsJson *array)
{
    guint n = array != NULL ? ytops_json_length(array) : 0;
    GPtrArray *strings = g_ptr_array_new();

    for (guint i = 0; i < n; i++) {
        const char *text = ytops_json_string(ytops_json_at(array, i));

        if (text != NULL)
            g_ptr_array_add(strings, g_strdup(text));
    }
    g_ptr_array_add(strings, NULL);
    return (char **)g_ptr_array_free(strings, FALSE);
}

static YtopsTokenResult *result_of(const YtopsJson *json)
{
    YtopsTokenResult *token = ytops_token_result_new();

    token->url = g_strdup(ytops_json_get_string(json, "url"));
    token->account_id = g_strdup(ytops_json_get_string(json, "account_id"));
    token->proxy_url = g_strdup(ytops_json_get_string(json, "proxy_url"));
    token->job_id = g_strdup(ytops_json_get_string(json, "job_id"));
    token->info_json = g_strdup(ytops_json_get_string(json, "info_json"));
    token->ytdlp_command = strings_of(ytops_json_get(json, "ytdlp_command"));
    token->expires_at = ytops_json_get_int(json, "expires_at");
    return token;
}

YtopsTokenResult *info_shelf_get(InfoShelf *shelf, const char *url, gint64 now, GError **error)
{
    g_autofree char *key = info_shelf_key(url);
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(shelf->pool, error, "GET", key, NULL);
    const char *text = reply != NULL ? ytops_redis_reply_string(reply) : NULL;
    g_autoptr(YtopsJson) json = text != NULL ? ytops_json_parse(text, -1, NULL) : NULL;
    g_autoptr(YtopsTokenResult) token = json != NULL ? result_of(json) : NULL;

    if (token == NULL || token->info_json == NULL)
        return NULL;
    if (token->expires_at != 0 && token->expires_at <= now)
        return NULL;
    return g_steal_pointer(&token);
}

/* The life is set first, so that no counter stays for ever. */
gint64 info_shelf_count_renewal(InfoShelf *shelf, const char *task, GError **error)
{
    g_autofree char *key = key_of("info_renewals", task);
    g_autofree char *life = g_strdup_printf("%d", RENEWALS_KEPT_S);
    g_autoptr(YtopsRedisReply) made =
        ytops_redis_command(shelf->pool, error, "SET", key, "0", "NX", "EX", life, NULL);
    g_autoptr(YtopsRedisReply) count =
        made != NULL ? ytops_redis_command(shelf->pool, error, "INCR", key, NULL) : NULL;

    return count != NULL ? ytops_redis_reply_int(count, -1) : -1;
}

gboolean info_shelf_forget_renewals(InfoShelf *shelf, const char *task, GError **error)
{
    g_autofree char *key = key_of("info_renewals", task);
    g_autoptr(YtopsRedisReply) reply = ytops_redis_command(shelf->pool, error, "DEL", key, NULL);

    return reply != NULL;
}
