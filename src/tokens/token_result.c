#include "ytops/token_request.h"

YtopsTokenResult *ytops_token_result_new(void)
{
    return g_atomic_rc_box_new0(YtopsTokenResult);
}

YtopsTokenResult *ytops_token_result_ref(YtopsTokenResult *result)
{
    return g_atomic_rc_box_acquire(result);
}

static void token_result_clear(gpointer data)
{
    YtopsTokenResult *result = data;

    g_free(result->job_id);
    g_free(result->url);
    g_free(result->account_id);
    g_free(result->proxy_url);
    g_free(result->server_identity);
    g_free(result->info_json);
    g_strfreev(result->ytdlp_command);
    g_free(result->cookies);
    g_clear_pointer(&result->po_tokens, g_hash_table_unref);
}

void ytops_token_result_unref(YtopsTokenResult *result)
{
    if (result != NULL)
        g_atomic_rc_box_release_full(result, token_result_clear);
}
