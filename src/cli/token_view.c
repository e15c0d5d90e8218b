#include "token_view.h"

#include "shell_quote.h"

#define LOAD_OPTION "--load-info-json"

/* The words (owned), with info_file (NULL: as it is) after the option that reads the info.json. */
static GPtrArray *command_words(const YtopsTokenData *token, const char *info_file)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    gboolean is_file = FALSE;

    for (guint i = 0; i < token->ytdlpCommand->len; i++) {
        const char *word = g_ptr_array_index(token->ytdlpCommand, i);

        if (info_file != NULL && g_str_has_prefix(word, LOAD_OPTION "="))
            g_ptr_array_add(words, g_strconcat(LOAD_OPTION "=", info_file, NULL));
        else
            g_ptr_array_add(words, g_strdup(is_file && info_file != NULL ? info_file : word));
        is_file = strcmp(word, LOAD_OPTION) == 0;
    }
    return words;
}

char *cli_token_command_line(const YtopsTokenData *token, const char *info_file)
{
    g_autoptr(GPtrArray) words = command_words(token, info_file);

    return cli_shell_line(words);
}

static YtopsJson *command_json(const YtopsTokenData *token, const char *info_file)
{
    g_autoptr(GPtrArray) words = command_words(token, info_file);
    YtopsJson *json = ytops_json_array_new();

    for (guint i = 0; i < words->len; i++)
        ytops_json_append_string(json, g_ptr_array_index(words, i));
    return json;
}

static YtopsJson *po_tokens_json(const YtopsTokenData *token)
{
    YtopsJson *json = ytops_json_object_new();
    GHashTableIter iter;
    gpointer context, value;

    if (token->poTokens == NULL)
        return json;
    g_hash_table_iter_init(&iter, token->poTokens);
    while (g_hash_table_iter_next(&iter, &context, &value))
        ytops_json_set_string(json, context, value);
    return json;
}

YtopsJson *cli_token_json(const YtopsTokenData *token, const char *info_file,
                          const char *cookies_file)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "jobId", token->jobId);
    ytops_json_set_string(json, "url", token->url);
    ytops_json_set_string(json, "accountId", token->accountId);
    ytops_json_set_string(json, "proxyUrl", token->proxyUrl);
    ytops_json_set_string(json, "serverIdentity", token->serverIdentity);
    if (info_file != NULL)
        ytops_json_set_string(json, "infoJsonFile", info_file);
    else
        ytops_json_set_string(json, "infoJson", token->infoJson);
    ytops_json_set_take(json, "ytdlpCommand", command_json(token, info_file));
    if (cookies_file != NULL)
        ytops_json_set_string(json, "cookiesFile", cookies_file);
    else
        ytops_json_set_string(json, "cookies", token->__isset_cookies ? token->cookies : NULL);
    ytops_json_set_take(json, "poTokens", po_tokens_json(token));
    if (token->__isset_expiresAt)
        ytops_json_set_int(json, "expiresAt", token->expiresAt);
    else
        ytops_json_set_string(json, "expiresAt", NULL);
    ytops_json_set_int(json, "durationMs", token->durationMs);
    return json;
}
