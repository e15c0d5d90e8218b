/* Lines: URL, account id, proxy URL, job id, clients, caller id; the rest is requestParamsJson. */
#include "fuzz.h"

#include "ytops/error.h"
#include "ytops/token_request.h"

#include <string.h>

static void check_ask(const YtopsTokenAsk *ask)
{
    g_autofree char *key = ytops_token_ask_key(ask);

    g_assert_cmpuint(strlen(key), ==, 64);
    g_assert_true(g_str_has_prefix(ask->url, "http") || g_str_has_prefix(ask->url, "HTTP") ||
                  g_ascii_strncasecmp(ask->url, "http", 4) == 0);
    g_assert_true(ask->video_id == NULL || strlen(ask->video_id) == 11);
    for (gsize i = 0; ask->ytdlp_args[i] != NULL; i++) {
        g_assert_true(g_str_has_prefix(ask->ytdlp_args[i], "--"));
        g_assert_null(strchr(ask->ytdlp_args[i], '\n'));
        g_assert_false(g_str_has_prefix(ask->ytdlp_args[i], "--exec"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 7);
    const char *parts[7] = {NULL};
    YtopsTokenFields fields = {.timeout_s = (gint64)size};
    g_autoptr(YtopsTokenAsk) ask = NULL;
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(parts) && lines[i] != NULL; i++)
        parts[i] = lines[i];
    fields.url = parts[0];
    fields.account_id = parts[1];
    fields.proxy_url = parts[2];
    fields.job_id = parts[3];
    fields.clients = parts[4];
    fields.caller_id = parts[5];
    fields.request_params_json = parts[6];
    ask = ytops_token_ask_new(&fields, 60, &error);
    if (ask != NULL) {
        check_ask(ask);
        return 0;
    }
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    return 0;
}
