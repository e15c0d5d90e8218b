#include "tokens/request_params.h"

#include "ytops/error.h"

#include <string.h>

static void assert_args(const char *json, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *joined = NULL;
    RequestParams params;

    g_assert_true(request_params_parse(json, &params, &error));
    g_assert_no_error(error);
    joined = g_strjoinv(" | ", params.ytdlp_args);
    g_assert_cmpstr(joined, ==, expected);
    request_params_clear(&params);
}

static void assert_params_refused(const char *json, const char *first, const char *second)
{
    g_autoptr(GError) error = NULL;
    RequestParams params;

    g_assert_false(request_params_parse(json, &params, &error));
    g_assert_null(params.ytdlp_args);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "requestParamsJson"));
    if (strstr(error->message, first) == NULL || strstr(error->message, second) == NULL)
        g_error("\"%s\" and \"%s\" are not both in: %s", first, second, error->message);
}

static void no_document_asks_for_nothing(void)
{
    assert_args(NULL, "");
    assert_args("", "");
    assert_args("{}", "");
}

static void params_become_options(void)
{
    assert_args("{}", "");
    assert_args("{\"format\":\"-x\"}", "--format=-x");
    assert_args("{\"format_sort\":[\"res:720\",\"ext\"]}", "--format-sort=res:720,ext");
    assert_args("{\"subtitle_langs\":[\"en\",\"de\"]}", "--write-subs | --sub-langs=en,de");
    assert_args("{\"playlist\":true,\"flat_playlist\":false}",
                "--yes-playlist | --no-flat-playlist");
    assert_args("{\"force_ipv4\":false}", "");
    assert_args("{\"socket_timeout_s\":30}", "--socket-timeout=30");
    assert_args("{\"geo_bypass_country\":\"DE\"}", "--geo-bypass-country=DE");
    assert_args("{\"headers\":{\"X-B\":\"2\",\"X-A\":\"1\"}}",
                "--add-headers=X-A:1 | --add-headers=X-B:2");
    assert_args("{\"extractor_args\":{\"youtube\":{\"player_skip\":[\"js\",\"configs\"],"
                "\"lang\":\"de\"},\"generic\":{\"impersonate\":\"chrome\"}}}",
                "--extractor-args=generic:impersonate=chrome | "
                "--extractor-args=youtube:lang=de;player_skip=js,configs");
}

static void no_cache_is_ours_and_no_option(void)
{
    RequestParams params;

    g_assert_true(request_params_parse("{\"no_cache\":true}", &params, NULL));
    g_assert_true(params.no_cache);
    g_assert_null(params.ytdlp_args[0]);
    request_params_clear(&params);
    g_assert_false(params.no_cache);
}

static void wrong_params_are_refused(void)
{
    assert_params_refused("{", "not valid JSON", "JSON object");
    assert_params_refused("[]", "array", "JSON object");
    assert_params_refused("null", "null", "JSON object");
    assert_params_refused("{\"exec\":\"reboot\"}", "\"exec\"", "no_cache, format");
    assert_params_refused("{\"format\":1}", "format", "string");
    assert_params_refused("{\"format\":\"\"}", "format", "string");
    assert_params_refused("{\"format\":\"a\\nb\"}", "format", "control");
    assert_params_refused("{\"format\":null}", "format", "string");
    assert_params_refused("{\"no_cache\":\"yes\"}", "no_cache", "true or false");
    assert_params_refused("{\"retries\":21}", "retries", "0 to 20");
    assert_params_refused("{\"retries\":1.5}", "retries", "integer");
    assert_params_refused("{\"format_sort\":[]}", "format_sort", "array of 1 to 64");
    assert_params_refused("{\"geo_bypass_country\":\"de\"}", "geo_bypass_country", "capital");
    assert_params_refused("{\"headers\":[]}", "headers", "object");
    assert_params_refused("{\"headers\":{\"Cookie\":\"a=b\"}}", "\"Cookie\"", "none of Cookie");
    assert_params_refused("{\"headers\":{\"Proxy-Authorization\":\"x\"}}", "Proxy-A", "names");
    assert_params_refused("{\"headers\":{\"a b\":\"x\"}}", "a b", "names");
    assert_params_refused("{\"headers\":{\"X\":\"a\\r\\nY: b\"}}", "headers", "control");
    assert_params_refused("{\"extractor_args\":{\"youtube\":\"a=b\"}}", "extractor_args", "object");
    assert_params_refused("{\"extractor_args\":{\"youtube\":{\"a\":\"b;c=d\"}}}", "extractor_args",
                          "semicolon");
    assert_params_refused("{\"extractor_args\":{\"youtube\":{\"a=b\":\"c\"}}}", "a=b", "names");
}

static void params_reach_no_program_and_no_provider(void)
{
    assert_params_refused("{\"extractor_args\":{\"youtubepot-bgutilscript\":{\"script_path\":"
                          "\"/x\"}}}",
                          "youtubepot-bgutilscript", "extractor names");
    assert_params_refused("{\"extractor_args\":{\"youtubepot_x\":{\"a\":\"b\"}}}", "youtubepot_x",
                          "extractor names");
    assert_params_refused("{\"extractor_args\":{\"youtube\":{\"getpot_bgutil_script\":\"/x\"}}}",
                          "getpot_bgutil_script", "getpot");
}

/* The rows between the markers of docs/tokens.md. */
static char *documented_rows(void)
{
    g_autofree char *text = NULL;
    const char *begin;
    const char *end;

    g_assert_true(g_file_get_contents(YTOPS_SOURCE_DIR "/docs/tokens.md", &text, NULL, NULL));
    begin = strstr(text, "|---|---|---|---|\n");
    g_assert_nonnull(begin);
    begin += strlen("|---|---|---|---|\n");
    end = strstr(begin, "\n\n");
    g_assert_nonnull(end);
    return g_strndup(begin, (gsize)(end + 1 - begin));
}

static void the_document_lists_the_keys_as_they_are(void)
{
    g_autofree char *documented = documented_rows();
    g_autoptr(GString) rows = g_string_new(NULL);
    const RequestParam *row;

    for (gsize i = 0; (row = request_params_describe(i)) != NULL; i++)
        g_string_append_printf(rows, "| `%s` | %s | %s | %s |\n", row->key, row->type, row->option,
                               row->meaning);
    g_assert_cmpstr(documented, ==, rows->str);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/request-params/none", no_document_asks_for_nothing);
    g_test_add_func("/request-params/options", params_become_options);
    g_test_add_func("/request-params/no-cache", no_cache_is_ours_and_no_option);
    g_test_add_func("/request-params/refused", wrong_params_are_refused);
    g_test_add_func("/request-params/providers", params_reach_no_program_and_no_provider);
    g_test_add_func("/request-params/documented", the_document_lists_the_keys_as_they_are);
    return g_test_run();
}
