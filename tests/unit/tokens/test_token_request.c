#include "ytops/token_request.h"

#include "ytops/error.h"

#include <string.h>

static YtopsTokenFields fields_of(const char *url)
{
    return (YtopsTokenFields){.url = url, .account_id = "acc_01", .penalize = TRUE};
}

static YtopsTokenAsk *ask_of(const char *url)
{
    YtopsTokenFields fields = fields_of(url);
    g_autoptr(GError) error = NULL;
    YtopsTokenAsk *ask = ytops_token_ask_new(&fields, 120, &error);

    g_assert_no_error(error);
    return ask;
}

static void assert_refused(const YtopsTokenFields *fields, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsTokenAsk) ask = ytops_token_ask_new(fields, 120, &error);

    g_assert_null(ask);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 2000);
    for (gsize i = 0; words[i] != NULL; i++)
        if (strstr(error->message, words[i]) == NULL)
            g_error("\"%s\" is not in: %s", words[i], error->message);
}

static void every_other_field_is_checked(void)
{
    YtopsTokenFields fields = fields_of("http://a/");

    fields.account_id = NULL;
    assert_refused(&fields, (const char *const[]){"accountId", NULL});
    fields.account_id = "../etc";
    assert_refused(&fields, (const char *const[]){"accountId", NULL});
    fields = fields_of("http://a/");
    fields.job_id = "a b";
    assert_refused(&fields, (const char *const[]){"jobId", "a b", "letters", NULL});
    fields = fields_of("http://a/");
    fields.clients = "web;po_token=x";
    assert_refused(&fields, (const char *const[]){"clients", "web;po_token=x", NULL});
    fields = fields_of("http://a/");
    fields.proxy_url = "socks5://u:secret\n@h:1";
    assert_refused(&fields, (const char *const[]){"proxyUrl", NULL});
    fields = fields_of("http://a/");
    fields.caller_id = "dag\nrun";
    assert_refused(&fields, (const char *const[]){"callerId", NULL});
    fields = fields_of("http://a/");
    fields.timeout_s = -1;
    assert_refused(&fields, (const char *const[]){"timeoutS", "-1", NULL});
    fields.timeout_s = 86401;
    assert_refused(&fields, (const char *const[]){"timeoutS", "86401", NULL});
}

static void what_is_not_given_is_completed(void)
{
    g_autoptr(YtopsTokenAsk) first = ask_of("http://a/");
    g_autoptr(YtopsTokenAsk) second = ask_of("http://a/");

    g_assert_cmpuint(strlen(first->job_id), ==, 32);
    g_assert_cmpuint(strspn(first->job_id, "0123456789abcdef"), ==, 32);
    g_assert_cmpstr(first->job_id, !=, second->job_id);
    g_assert_cmpint(first->timeout_s, ==, 120);
    g_assert_null(first->proxy_url);
    g_assert_null(first->clients);
    g_assert_null(first->caller_id);
    g_assert_nonnull(first->ytdlp_args);
    g_assert_null(first->ytdlp_args[0]);
    g_assert_false(first->no_cache);
}

static void what_is_given_is_kept(void)
{
    YtopsTokenFields fields = {"http://a/", "acc", "socks5://h:1", "job.1", "web,-ios", "",
                               "dag",       7,     FALSE};
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsTokenAsk) ask = ytops_token_ask_new(&fields, 120, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(ask->account_id, ==, "acc");
    g_assert_cmpstr(ask->proxy_url, ==, "socks5://h:1");
    g_assert_cmpstr(ask->job_id, ==, "job.1");
    g_assert_cmpstr(ask->clients, ==, "web,-ios");
    g_assert_cmpstr(ask->caller_id, ==, "dag");
    g_assert_cmpint(ask->timeout_s, ==, 7);
    g_assert_false(ask->penalize);
}

static char *key_of(const char *url, const char *params, const char *job_id)
{
    YtopsTokenFields fields = fields_of(url);
    g_autoptr(YtopsTokenAsk) ask = NULL;

    fields.request_params_json = params;
    fields.job_id = job_id;
    ask = ytops_token_ask_new(&fields, 120, NULL);
    g_assert_nonnull(ask);
    return ytops_token_ask_key(ask);
}

static void equal_requests_have_one_key(void)
{
    g_autofree char *a =
        key_of("http://a/", "{\"format\":\"18\",\"headers\":{\"B\":\"1\",\"A\":\"2\"}}", "one");
    g_autofree char *b =
        key_of("http://a/", "{\"headers\":{\"A\":\"2\",\"B\":\"1\"},\"format\":\"18\"}", "two");

    g_assert_cmpstr(a, ==, b);
}

static void what_differs_in_a_request_differs_in_its_key(void)
{
    YtopsTokenFields variants[7];
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(variants); i++)
        variants[i] = fields_of("http://a/");
    variants[1].url = "http://b/";
    variants[2].account_id = "acc_02";
    variants[3].proxy_url = "socks5://u:secret@h:1";
    variants[4].clients = "web";
    variants[5].request_params_json = "{\"format\":\"18\"}";
    variants[6].penalize = !variants[6].penalize;
    for (gsize i = 0; i < G_N_ELEMENTS(variants); i++) {
        g_autoptr(YtopsTokenAsk) ask = ytops_token_ask_new(&variants[i], 120, NULL);
        char *key = ytops_token_ask_key(ask);

        g_assert_null(strstr(key, "secret"));
        g_assert_true(g_hash_table_add(keys, key));
    }
}

static void a_result_lasts_until_its_last_reference(void)
{
    YtopsTokenResult *result = ytops_token_result_new();

    result->info_json = g_strdup("{}");
    result->po_tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_assert_true(ytops_token_result_ref(result) == result);
    ytops_token_result_unref(result);
    g_assert_cmpstr(result->info_json, ==, "{}");
    ytops_token_result_unref(result);
    ytops_token_result_unref(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-request/fields/checked", every_other_field_is_checked);
    g_test_add_func("/token-request/fields/completed", what_is_not_given_is_completed);
    g_test_add_func("/token-request/fields/kept", what_is_given_is_kept);
    g_test_add_func("/token-request/key/equal", equal_requests_have_one_key);
    g_test_add_func("/token-request/key/different", what_differs_in_a_request_differs_in_its_key);
    g_test_add_func("/token-request/result", a_result_lasts_until_its_last_reference);
    return g_test_run();
}
