/* The tables and documents of relayed streams. */
#include "cli/stream_view.h"

#define NOW 1000000
#define SECRET_URL "http://u:secret@h/a.ts"

static const CliTableLook PLAIN = {.mark = "…"};

static YtopsStreamStatus *stream_new(const char *id, YtopsStreamKind kind, const char *state)
{
    return g_object_new(YTOPS_TYPE_STREAM_STATUS, "streamId", id, "url", SECRET_URL, "currentUrl",
                        SECRET_URL, "kind", kind, "state", state, "clientCount", 2,
                        "bytesFromUpstream", (gint64)1536, "bytesToClients", (gint64)3145728,
                        "retryCount", 4, "failoverCount", 1, "createdAt", (gint64)(NOW - 300),
                        "streamPath", "/stream/s1", NULL);
}

static YtopsStreamStatus *full_stream_new(void)
{
    YtopsStreamStatus *status = stream_new("s1", YTOPS_STREAM_KIND_LIVE, "WAITING_RETRY");
    g_autoptr(GHashTable) metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);

    g_ptr_array_add(status->failoverUrls, g_strdup("http://u:secret@h/b.ts"));
    g_ptr_array_add(status->failoverUrls, g_strdup("http://h/c.ts"));
    g_hash_table_insert(metadata, g_strdup("tier"), g_strdup("2"));
    g_hash_table_insert(metadata, g_strdup("channel"), g_strdup("news"));
    g_object_set(status, "lastError", "nothing from " SECRET_URL, "metadata", metadata, NULL);
    return status;
}

static GPtrArray *streams_new(YtopsStreamStatus *first, YtopsStreamStatus *second)
{
    GPtrArray *statuses = g_ptr_array_new_with_free_func(g_object_unref);

    g_ptr_array_add(statuses, first);
    if (second != NULL)
        g_ptr_array_add(statuses, second);
    return statuses;
}

static void test_the_list_hides_passwords(void)
{
    g_autoptr(GPtrArray) statuses =
        streams_new(full_stream_new(), stream_new("s22", YTOPS_STREAM_KIND_AUTO, "IDLE"));
    g_autoptr(CliTable) table = cli_stream_table(statuses);
    g_autofree char *text = cli_table_render(table, &PLAIN);

    g_assert_cmpstr(text, ==,
                    "ID   KIND  STATE          CLIENTS  UPSTREAM     SENT  RETRIES  FAILOVERS  "
                    "URL                  LAST ERROR\n"
                    "s1   LIVE  WAITING_RETRY        2   1.5 KiB  3.0 MiB        4          1  "
                    "http://u:***@h/a.ts  nothing from http://u:***@h/a.ts\n"
                    "s22  AUTO  IDLE                 2   1.5 KiB  3.0 MiB        4          1  "
                    "http://u:***@h/a.ts\n");
}

static void test_a_narrow_terminal_keeps_id_state_clients_and_url(void)
{
    static const CliTableLook narrow = {.mark = "…", .hide_empty = TRUE, .width = 80};
    g_autoptr(GPtrArray) statuses = streams_new(full_stream_new(), NULL);
    g_autoptr(CliTable) table = cli_stream_table(statuses);
    g_autofree char *text = cli_table_render(table, &narrow);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint(cli_text_width(lines[i]), <=, 80);
    g_assert_nonnull(strstr(text, "WAITING_RETRY"));
    g_assert_nonnull(strstr(text, "CLIENTS"));
    g_assert_nonnull(strstr(text, "http://u:***@h/a.ts"));
    g_assert_null(strstr(text, "UPSTREAM"));
}

static void test_states_have_their_colours(void)
{
    static const CliTableLook colour = {.mark = "…", .colour = TRUE};
    static const struct {
        const char *state;
        const char *shown;
    } cases[] = {
        {"STREAMING", "\033[32mSTREAMING\033[0m"},
        {"CONNECTING", "\033[36mCONNECTING\033[0m"},
        {"WAITING_RETRY", "\033[33mWAITING_RETRY\033[0m"},
        {"FAILED", "\033[31mFAILED\033[0m"},
        {"IDLE", "  IDLE  "},
        {"SOMETHING_NEW", "  SOMETHING_NEW  "},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) statuses =
            streams_new(stream_new("s1", YTOPS_STREAM_KIND_HLS, cases[i].state), NULL);
        g_autoptr(CliTable) table = cli_stream_table(statuses);
        g_autofree char *text = cli_table_render(table, &colour);
        g_assert_nonnull(strstr(text, cases[i].shown));
    }
}

static void test_the_details_hide_passwords(void)
{
    g_autoptr(GObject) status = G_OBJECT(full_stream_new());
    g_autoptr(CliTable) table = cli_stream_details((YtopsStreamStatus *)status, NOW);
    g_autofree char *text = cli_table_render(table, &PLAIN);

    g_assert_cmpstr(strchr(text, '\n') + 1, ==,
                    "id             s1\n"
                    "path           /stream/s1\n"
                    "kind           LIVE\n"
                    "state          WAITING_RETRY\n"
                    "created        5m ago\n"
                    "clients        2\n"
                    "from upstream  1.5 KiB\n"
                    "to clients     3.0 MiB\n"
                    "retries        4\n"
                    "failovers      1\n"
                    "url            http://u:***@h/a.ts\n"
                    "failover url   http://u:***@h/b.ts\n"
                    "failover url   http://h/c.ts\n"
                    "current url    http://u:***@h/a.ts\n"
                    "last error     nothing from http://u:***@h/a.ts\n"
                    "metadata       channel=news\n"
                    "metadata       tier=2\n");
}

static void test_json_has_the_names_of_the_contract(void)
{
    g_autoptr(GObject) status = G_OBJECT(full_stream_new());
    g_autoptr(YtopsJson) json = cli_stream_json((YtopsStreamStatus *)status);

    g_assert_cmpstr(ytops_json_get_string(json, "streamId"), ==, "s1");
    g_assert_cmpstr(ytops_json_get_string(json, "url"), ==, SECRET_URL);
    g_assert_cmpstr(ytops_json_get_string(json, "currentUrl"), ==, SECRET_URL);
    g_assert_cmpuint(ytops_json_length(ytops_json_get(json, "failoverUrls")), ==, 2);
    g_assert_cmpstr(ytops_json_get_string(json, "kind"), ==, "LIVE");
    g_assert_cmpstr(ytops_json_get_string(json, "state"), ==, "WAITING_RETRY");
    g_assert_cmpint(ytops_json_get_int(json, "clientCount"), ==, 2);
    g_assert_cmpint(ytops_json_get_int(json, "bytesFromUpstream"), ==, 1536);
    g_assert_cmpint(ytops_json_get_int(json, "bytesToClients"), ==, 3145728);
    g_assert_cmpint(ytops_json_get_int(json, "retryCount"), ==, 4);
    g_assert_cmpint(ytops_json_get_int(json, "failoverCount"), ==, 1);
    g_assert_cmpstr(ytops_json_get_string(json, "lastError"), ==, "nothing from " SECRET_URL);
    g_assert_cmpint(ytops_json_get_int(json, "createdAt"), ==, NOW - 300);
    g_assert_cmpstr(ytops_json_get_string(json, "streamPath"), ==, "/stream/s1");
    g_assert_cmpstr(ytops_json_get_string(ytops_json_get(json, "metadata"), "tier"), ==, "2");
}

static void test_json_of_what_is_not_set(void)
{
    g_autoptr(GPtrArray) statuses =
        streams_new(stream_new("s1", YTOPS_STREAM_KIND_AUTO, "IDLE"), NULL);
    g_autoptr(YtopsJson) json = cli_stream_list_json(statuses);
    YtopsJson *stream = ytops_json_at(ytops_json_get(json, "streams"), 0);

    g_assert_cmpint(ytops_json_get_type(ytops_json_get(stream, "lastError")), ==, YTOPS_JSON_NULL);
    g_assert_cmpint(ytops_json_get_type(ytops_json_get(stream, "metadata")), ==, YTOPS_JSON_OBJECT);
    g_assert_cmpuint(ytops_json_length(ytops_json_get(stream, "failoverUrls")), ==, 0);
}

static void test_a_kind_of_a_newer_server_is_unknown(void)
{
    g_autoptr(GObject) status = G_OBJECT(stream_new("s1", YTOPS_STREAM_KIND_AUTO, "IDLE"));
    g_autoptr(YtopsJson) json = NULL;

    ((YtopsStreamStatus *)status)->kind = (YtopsStreamKind)99;
    json = cli_stream_json((YtopsStreamStatus *)status);
    g_assert_cmpstr(ytops_json_get_string(json, "kind"), ==, "UNKNOWN");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream-view/list", test_the_list_hides_passwords);
    g_test_add_func("/stream-view/narrow", test_a_narrow_terminal_keeps_id_state_clients_and_url);
    g_test_add_func("/stream-view/colours", test_states_have_their_colours);
    g_test_add_func("/stream-view/details", test_the_details_hide_passwords);
    g_test_add_func("/stream-view/json", test_json_has_the_names_of_the_contract);
    g_test_add_func("/stream-view/json-unset", test_json_of_what_is_not_set);
    g_test_add_func("/stream-view/kind", test_a_kind_of_a_newer_server_is_unknown);
    return g_test_run();
}
