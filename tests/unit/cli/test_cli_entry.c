/* Headers and metadata, as --header and --metadata take them. */
#include "cli/cli_entry.h"
#include "ytops/error.h"

typedef gboolean (*Add)(GHashTable **entries, const char *text, GError **error);

static void assert_added(Add add, const char *text, const char *key, const char *value)
{
    g_autoptr(GHashTable) entries = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(add(&entries, text, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(g_hash_table_size(entries), ==, 1);
    g_assert_cmpstr(g_hash_table_lookup(entries, key), ==, value);
}

/* `named` stands in the message, and "secret" never does. */
static void assert_refused(Add add, GHashTable **entries, const char *text, const char *named)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(add(entries, text, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    if (strstr(error->message, named) == NULL)
        g_error("'%s' gave '%s', without '%s'", text, error->message, named);
    g_assert_null(strstr(error->message, "secret"));
}

static void test_headers(void)
{
    assert_added(cli_entry_add_header, "Referer: https://site.example/", "Referer",
                 "https://site.example/");
    assert_added(cli_entry_add_header, "Referer:x", "Referer", "x");
    assert_added(cli_entry_add_header, "X-Two:  a: b \t", "X-Two", "a: b");
    assert_added(cli_entry_add_header, "X-Tab: a\tb", "X-Tab", "a\tb");
    assert_added(cli_entry_add_header, "X-Empty:", "X-Empty", "");
    assert_added(cli_entry_add_header, "X-Unicode: \xc3\xa4", "X-Unicode", "\xc3\xa4");
    assert_added(cli_entry_add_header, "!#$%&'*+-.^_`|~09azAZ: x", "!#$%&'*+-.^_`|~09azAZ", "x");
}

static void test_headers_that_are_refused(void)
{
    static const struct {
        const char *text;
        const char *named;
    } cases[] = {
        {"", "Name: value"},
        {"Authorization", "'Authorization'"},
        {"Authorization Bearer secret", "'Authorization'"},
        {"Authorization=secret", "'Authorization'"},
        {": secret", "Name: value"},
        {"Two Words: secret", "'Two Words'"},
        {" Led: secret", "' Led'"},
        {"Name : secret", "'Name '"},
        {"N\xc3\xa4me: secret", "N\xc3\xa4me"},
        {"X-A: secret\r\nX-B: 1", "'X-A'"},
        {"X-A: secret\nX-B", "'X-A'"},
        {"X-A: se\x7f"
         "cret",
         "'X-A'"},
        {"X-A: \x1b[31m", "'X-A'"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GHashTable) entries = NULL;
        assert_refused(cli_entry_add_header, &entries, cases[i].text, cases[i].named);
        g_assert_null(entries);
    }
}

static void test_metadata(void)
{
    assert_added(cli_entry_add_metadata, "channel=news", "channel", "news");
    assert_added(cli_entry_add_metadata, "query=a=b", "query", "a=b");
    assert_added(cli_entry_add_metadata, "empty=", "empty", "");
    assert_added(cli_entry_add_metadata, "spaced key= x ", "spaced key", " x ");
}

static void test_metadata_that_is_refused(void)
{
    static const char *const cases[] = {"", "=", "=value", "channel", "channel: news"};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GHashTable) entries = NULL;
        assert_refused(cli_entry_add_metadata, &entries, cases[i], "key=value");
        g_assert_null(entries);
    }
}

static void test_an_entry_given_twice_is_refused_and_the_first_kept(void)
{
    g_autoptr(GHashTable) headers = NULL;
    g_autoptr(GHashTable) metadata = NULL;

    g_assert_true(cli_entry_add_header(&headers, "Cookie: a", NULL));
    g_assert_true(cli_entry_add_header(&headers, "Cookies: b", NULL));
    assert_refused(cli_entry_add_header, &headers, "cookie: secret", "'cookie' is given twice");
    g_assert_cmpuint(g_hash_table_size(headers), ==, 2);
    g_assert_cmpstr(g_hash_table_lookup(headers, "Cookie"), ==, "a");

    g_assert_true(cli_entry_add_metadata(&metadata, "k=a", NULL));
    g_assert_true(cli_entry_add_metadata(&metadata, "K=b", NULL));
    assert_refused(cli_entry_add_metadata, &metadata, "k=c", "'k' is given twice");
    g_assert_cmpstr(g_hash_table_lookup(metadata, "k"), ==, "a");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/entry/headers", test_headers);
    g_test_add_func("/entry/headers-refused", test_headers_that_are_refused);
    g_test_add_func("/entry/metadata", test_metadata);
    g_test_add_func("/entry/metadata-refused", test_metadata_that_is_refused);
    g_test_add_func("/entry/twice", test_an_entry_given_twice_is_refused_and_the_first_kept);
    return g_test_run();
}
