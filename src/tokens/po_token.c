#include "po_token.h"

#include "ytops/error.h"
#include "ytops/json.h"
#include "ytops/log.h"

#include <string.h>

#define MAX_TOKEN_BYTES 4096
#define MAX_SHOWN_BYTES 200
#define FIRST_MILLISECOND_TIME G_GINT64_CONSTANT(100000000000) /* as seconds, the year 5138 */

static const char token_characters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-=+/%.";

/* The browser clients that yt-dlp may choose where it is not told any. */
static const char usual_clients[] = "web,web_safari,web_creator,mweb";

void po_token_free(PoToken *token)
{
    if (token == NULL)
        return;
    g_free(token->token);
    g_free(token->content_binding);
    g_free(token);
}

char *po_token_request(const char *content_binding, const char *proxy_url)
{
    g_autoptr(YtopsJson) body = ytops_json_object_new();

    ytops_json_set_string(body, "content_binding", content_binding);
    if (proxy_url != NULL)
        ytops_json_set_string(body, "proxy", proxy_url);
    return ytops_json_to_string(body);
}

static char *answer_show(const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)MIN(length, 4096));
    g_autofree char *redacted = ytops_redact(valid);
    g_autofree char *cut = g_utf8_make_valid(redacted, (gssize)strnlen(redacted, MAX_SHOWN_BYTES));

    return ytops_escape(cut);
}

static gint64 answer_read_expiry(const YtopsJson *answer)
{
    const char *text = ytops_json_get_string(answer, "expiresAt");
    gint64 number = ytops_json_get_int(answer, "expiresAt");
    g_autoptr(GDateTime) time = NULL;

    if (text != NULL) {
        time = g_date_time_new_from_iso8601(text, NULL);
        number = time != NULL ? g_date_time_to_unix(time) : 0;
    }
    if (number >= FIRST_MILLISECOND_TIME)
        number /= 1000;
    return MAX(number, 0);
}

static const char *answer_find_token(const YtopsJson *answer)
{
    const char *token = ytops_json_get_string(answer, "poToken");

    return token != NULL ? token : ytops_json_get_string(answer, "po_token");
}

static const char *answer_find_binding(const YtopsJson *answer)
{
    const char *binding = ytops_json_get_string(answer, "contentBinding");

    return binding != NULL ? binding : ytops_json_get_string(answer, "visit_identifier");
}

static gboolean token_is_valid(const char *token)
{
    return token != NULL && token[0] != '\0' && strlen(token) <= MAX_TOKEN_BYTES &&
           token[strspn(token, token_characters)] == '\0';
}

static void answer_refuse(const YtopsJson *answer, const char *shown, GError **error)
{
    const char *fault = ytops_json_get_string(answer, "error");
    g_autofree char *shown_fault = NULL;

    if (fault == NULL) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "the PO token provider answered without a usable token: \"%s\"; check that "
                    "--pot-provider-url is that of a bgutil-compatible provider",
                    shown);
        return;
    }
    shown_fault = answer_show(fault, strlen(fault));
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                "the PO token provider failed: \"%s\"; its own log says more", shown_fault);
}

PoToken *po_token_parse(const char *text, gssize length, GError **error)
{
    gsize size = length >= 0 ? (gsize)length : strlen(text);
    g_autoptr(YtopsJson) answer = ytops_json_parse(text, (gssize)size, NULL);
    g_autofree char *shown = answer_show(text, size);
    const char *token;
    PoToken *parsed;

    if (answer == NULL || ytops_json_get_type(answer) != YTOPS_JSON_OBJECT) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL,
                    "the PO token provider answered \"%s\" instead of a JSON object; check "
                    "--pot-provider-url",
                    shown);
        return NULL;
    }
    token = answer_find_token(answer);
    if (!token_is_valid(token)) {
        answer_refuse(answer, shown, error);
        return NULL;
    }
    parsed = g_new0(PoToken, 1);
    parsed->token = g_strdup(token);
    parsed->content_binding = g_strdup(answer_find_binding(answer));
    parsed->expires_at = answer_read_expiry(answer);
    return parsed;
}

/* Apps prove their origin by other means: only a browser's client takes such a token. */
static gboolean client_takes_token(const char *client)
{
    return g_str_has_prefix(client, "web") || strcmp(client, "mweb") == 0 ||
           strcmp(client, "tv_simply") == 0;
}

static void clients_add(GPtrArray *clients, const char *name)
{
    if (client_takes_token(name) &&
        !g_ptr_array_find_with_equal_func(clients, name, g_str_equal, NULL))
        g_ptr_array_add(clients, g_strdup(name));
}

static GPtrArray *clients_list(const char *text)
{
    GPtrArray *clients = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) named = g_strsplit(text != NULL ? text : "default", ",", -1);
    g_auto(GStrv) usual = g_strsplit(usual_clients, ",", -1);

    for (gsize i = 0; named[i] != NULL; i++) {
        const char *name = g_strstrip(named[i]);

        if (strcmp(name, "default") != 0 && strcmp(name, "all") != 0) {
            clients_add(clients, name);
            continue;
        }
        for (gsize j = 0; usual[j] != NULL; j++)
            clients_add(clients, usual[j]);
    }
    return clients;
}

char *po_token_extractor_arg(const char *clients, GHashTable *po_tokens)
{
    static const char *const contexts[] = {"gvs", "player", "subs"};
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GString) value = g_string_new(NULL);

    if (po_tokens == NULL)
        return NULL;
    names = clients_list(clients);
    for (guint i = 0; i < names->len; i++)
        for (gsize j = 0; j < G_N_ELEMENTS(contexts); j++) {
            const char *token = g_hash_table_lookup(po_tokens, contexts[j]);

            if (token != NULL)
                g_string_append_printf(value, "%s%s.%s+%s", value->len > 0 ? "," : "",
                                       (const char *)g_ptr_array_index(names, i), contexts[j],
                                       token);
        }
    return value->len > 0 ? g_strdup(value->str) : NULL;
}
