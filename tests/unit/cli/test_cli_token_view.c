#include "cli/token_view.h"

static YtopsTokenData *token_new(const char *const *command)
{
    YtopsTokenData *token =
        g_object_new(YTOPS_TYPE_TOKEN_DATA, "jobId", "j1", "url", "https://x/", "accountId", "a",
                     "proxyUrl", "socks5://u:pw@h:1", "serverIdentity", "id", "infoJson",
                     "{\"id\":\"x\"}", "durationMs", (gint64)12, NULL);

    for (guint i = 0; command[i] != NULL; i++)
        g_ptr_array_add(token->ytdlpCommand, g_strdup(command[i]));
    return token;
}

static void test_the_command_reads_the_file_that_was_written(void)
{
    static const char *const separate[] = {"yt-dlp",  "--load-info-json",  "info.json",
                                           "--proxy", "socks5://u:pw@h:1", NULL};
    static const char *const joined[] = {"yt-dlp", "--load-info-json=info.json", NULL};
    g_autoptr(GObject) one = G_OBJECT(token_new(separate));
    g_autoptr(GObject) other = G_OBJECT(token_new(joined));
    g_autofree char *line = cli_token_command_line(YTOPS_TOKEN_DATA(one), "/tmp/my file.json");
    g_autofree char *plain = cli_token_command_line(YTOPS_TOKEN_DATA(one), NULL);
    g_autofree char *other_line = cli_token_command_line(YTOPS_TOKEN_DATA(other), "f");

    g_assert_cmpstr(line, ==,
                    "yt-dlp --load-info-json '/tmp/my file.json' --proxy socks5://u:pw@h:1");
    g_assert_cmpstr(plain, ==, "yt-dlp --load-info-json info.json --proxy socks5://u:pw@h:1");
    g_assert_cmpstr(other_line, ==, "yt-dlp --load-info-json=f");
}

static void test_json_holds_the_whole_token(void)
{
    static const char *const command[] = {"yt-dlp", NULL};
    g_autoptr(GObject) token = G_OBJECT(token_new(command));
    g_autoptr(YtopsJson) json = NULL;

    g_object_set(token, "cookies", "# Netscape", "expiresAt", (gint64)1234, NULL);
    json = cli_token_json(YTOPS_TOKEN_DATA(token), NULL, NULL);
    g_assert_cmpstr(ytops_json_get_string(json, "infoJson"), ==, "{\"id\":\"x\"}");
    g_assert_cmpstr(ytops_json_get_string(json, "cookies"), ==, "# Netscape");
    g_assert_cmpstr(ytops_json_get_string(json, "proxyUrl"), ==, "socks5://u:pw@h:1");
    g_assert_cmpint(ytops_json_get_int(json, "expiresAt"), ==, 1234);
    g_assert_cmpint(ytops_json_get_int(json, "durationMs"), ==, 12);
    g_assert_cmpuint(ytops_json_length(ytops_json_get(json, "ytdlpCommand")), ==, 1);
    g_assert_false(ytops_json_has(json, "infoJsonFile"));
}

static void test_json_names_files_in_the_place_of_what_they_hold(void)
{
    static const char *const command[] = {"yt-dlp", NULL};
    g_autoptr(GObject) token = G_OBJECT(token_new(command));
    g_autoptr(YtopsJson) json = cli_token_json(YTOPS_TOKEN_DATA(token), "i.json", "c.txt");

    g_assert_cmpstr(ytops_json_get_string(json, "infoJsonFile"), ==, "i.json");
    g_assert_cmpstr(ytops_json_get_string(json, "cookiesFile"), ==, "c.txt");
    g_assert_false(ytops_json_has(json, "infoJson"));
    g_assert_false(ytops_json_has(json, "cookies"));
    g_assert_true(ytops_json_has(json, "expiresAt"));
    g_assert_cmpint(ytops_json_get_type(ytops_json_get(json, "expiresAt")), ==, YTOPS_JSON_NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-view/command", test_the_command_reads_the_file_that_was_written);
    g_test_add_func("/token-view/json", test_json_holds_the_whole_token);
    g_test_add_func("/token-view/json-files", test_json_names_files_in_the_place_of_what_they_hold);
    return g_test_run();
}
