/* What can be said after `ytdlp-ops relay`. */
#include "cli/cli_options.h"
#include "ytops/error.h"

#define WORDS(...) ((const char *const[]){"relay", __VA_ARGS__, NULL})

static CliOptions *parse_good(const char *const *words)
{
    g_autoptr(GError) error = NULL;
    CliOptions *options = cli_options_parse(words, NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(options);
    return options;
}

static void test_every_verb_is_found(void)
{
    static const struct {
        const char *verb;
        CliCommandId id;
        const char *argument;
    } cases[] = {
        {"create", CLI_RELAY_CREATE, "http://h/a.ts"},
        {"list", CLI_RELAY_LIST, NULL},
        {"show", CLI_RELAY_SHOW, "s1"},
        {"failover", CLI_RELAY_FAILOVER, "s1"},
        {"delete", CLI_RELAY_DELETE, "s1"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CliOptions) options = parse_good(WORDS(cases[i].verb, cases[i].argument));
        g_assert_cmpint(options->command->id, ==, cases[i].id);
        g_assert_cmpstr(options->argument, ==, cases[i].argument);
    }
}

static void test_values_reach_their_fields(void)
{
    g_autoptr(CliOptions) options =
        parse_good(WORDS("create", "http://h/a", "--user-agent", "VLC/3.0 (x)", "--proxy",
                         "socks5://p:1", "--kind=vod", "--sticky"));

    g_assert_cmpstr(options->user_agent, ==, "VLC/3.0 (x)");
    g_assert_cmpstr(options->proxy, ==, "socks5://p:1");
    g_assert_cmpint(options->stream_kind, ==, YTOPS_STREAM_KIND_VOD);
    g_assert_true(options->sticky);
}

static void test_what_is_not_given_is_empty(void)
{
    g_autoptr(CliOptions) options = parse_good(WORDS("create", "http://h/a"));

    g_assert_null(options->failover_urls);
    g_assert_null(options->headers);
    g_assert_null(options->metadata);
    g_assert_null(options->user_agent);
    g_assert_false(options->sticky);
    g_assert_cmpint(options->stream_kind, ==, YTOPS_STREAM_KIND_AUTO);
}

static void test_the_kinds(void)
{
    static const struct {
        const char *word;
        YtopsStreamKind kind;
    } cases[] = {
        {"auto", YTOPS_STREAM_KIND_AUTO},
        {"live", YTOPS_STREAM_KIND_LIVE},
        {"vod", YTOPS_STREAM_KIND_VOD},
        {"hls", YTOPS_STREAM_KIND_HLS},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CliOptions) options =
            parse_good(WORDS("create", "http://h/a", "--kind", cases[i].word));
        g_assert_cmpint(options->stream_kind, ==, cases[i].kind);
    }
}

static void test_options_given_several_times_add_up_in_their_order(void)
{
    g_autoptr(CliOptions) options =
        parse_good(WORDS("--failover", "http://h/b", "create", "--failover=http://h/c",
                         "http://h/a", "--header", "Referer: r", "--failover", "http://h/b",
                         "--metadata", "k=v", "--header=Cookie: c=1", "--metadata=l=w"));

    g_assert_cmpuint(options->failover_urls->len, ==, 3);
    g_assert_cmpstr(g_ptr_array_index(options->failover_urls, 0), ==, "http://h/b");
    g_assert_cmpstr(g_ptr_array_index(options->failover_urls, 1), ==, "http://h/c");
    g_assert_cmpstr(g_ptr_array_index(options->failover_urls, 2), ==, "http://h/b");
    g_assert_cmpuint(g_hash_table_size(options->headers), ==, 2);
    g_assert_cmpstr(g_hash_table_lookup(options->headers, "Referer"), ==, "r");
    g_assert_cmpstr(g_hash_table_lookup(options->headers, "Cookie"), ==, "c=1");
    g_assert_cmpuint(g_hash_table_size(options->metadata), ==, 2);
    g_assert_cmpstr(g_hash_table_lookup(options->metadata, "l"), ==, "w");
}

/* Words after "relay", each row with what its message must name. */
static const struct {
    const char *words[5];
    const char *named;
} REFUSED[] = {
    {{NULL}, "create, list, show, failover, delete"},
    {{"stop", "x"}, "'stop'"},
    {{"create"}, "URL"},
    {{"create", ""}, "URL"},
    {{"create", "a", "b"}, "'b'"},
    {{"show"}, "STREAM_ID"},
    {{"failover"}, "STREAM_ID"},
    {{"delete"}, "STREAM_ID"},
    {{"delete", ""}, "STREAM_ID"},
    {{"delete", "a", "b"}, "'b'"},
    {{"delete", "--all"}, "--all"},
    {{"list", "x"}, "'x'"},
    {{"list", "--kind", "live"}, "--kind"},
    {{"show", "s", "--header", "A: b"}, "--header"},
    {{"create", "a", "--kind", "dash"}, "auto, live, vod, hls"},
    {{"create", "a", "--kind", "LIVE"}, "'LIVE'"},
    {{"create", "a", "--failover", ""}, "--failover"},
    {{"create", "a", "--failover"}, "--failover URL"},
    {{"create", "a", "--user-agent", ""}, "--user-agent"},
    {{"create", "a", "--header", "Referer"}, "--header: 'Referer'"},
    {{"create", "a", "--header=A: 1", "--header=a: 2"}, "--header: 'a' is given twice"},
    {{"create", "a", "--header", "A: \xff"}, "UTF-8"},
    {{"create", "a", "--metadata", "news"}, "--metadata: 'news'"},
    {{"create", "a", "--metadata=k=1", "--metadata=k=2"}, "--metadata: the key 'k'"},
    {{"create", "a", "--sticky=yes"}, "--sticky"},
};

static void test_lines_that_are_refused(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        const char *const *words = REFUSED[i].words;
        g_autoptr(GError) error = NULL;
        g_autoptr(CliOptions) options = cli_options_parse(
            WORDS(words[0], words[1], words[2], words[3], words[4]), NULL, &error);
        g_assert_null(options);
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        if (strstr(error->message, REFUSED[i].named) == NULL)
            g_error("row %u gave '%s', without '%s'", i, error->message, REFUSED[i].named);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay-options/verbs", test_every_verb_is_found);
    g_test_add_func("/relay-options/values", test_values_reach_their_fields);
    g_test_add_func("/relay-options/empty", test_what_is_not_given_is_empty);
    g_test_add_func("/relay-options/kinds", test_the_kinds);
    g_test_add_func("/relay-options/several",
                    test_options_given_several_times_add_up_in_their_order);
    g_test_add_func("/relay-options/refused", test_lines_that_are_refused);
    return g_test_run();
}
