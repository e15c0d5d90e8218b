#include "tokens/po_token.h"

#include "ytops/error.h"
#include "ytops/json.h"

#include <string.h>

static PoToken *token_of(const char *answer)
{
    g_autoptr(GError) error = NULL;
    PoToken *token = po_token_parse(answer, -1, &error);

    g_assert_no_error(error);
    return token;
}

static void assert_refused(const char *answer, const char *word)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(po_token_parse(answer, -1, &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "PO token provider"));
    g_assert_cmpuint(strlen(error->message), <, 1200);
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" is not in: %s", word, error->message);
}

static void the_question_names_video_and_proxy(void)
{
    g_autofree char *text = po_token_request("dQw4w9WgXcQ", "socks5://u:p@h:1");
    g_autofree char *direct = po_token_request("dQw4w9WgXcQ", NULL);
    g_autoptr(YtopsJson) json = ytops_json_parse(text, -1, NULL);

    g_assert_cmpstr(ytops_json_get_string(json, "content_binding"), ==, "dQw4w9WgXcQ");
    g_assert_cmpstr(ytops_json_get_string(json, "proxy"), ==, "socks5://u:p@h:1");
    g_assert_null(strstr(direct, "proxy"));
}

static void a_current_answer_is_read(void)
{
    g_autoptr(PoToken) token = token_of("{\"poToken\":\"Mn-_=%3D\",\"contentBinding\":\"ID\","
                                        "\"expiresAt\":\"2026-11-21T10:00:00.500Z\"}");

    g_assert_cmpstr(token->token, ==, "Mn-_=%3D");
    g_assert_cmpstr(token->content_binding, ==, "ID");
    g_assert_cmpint(token->expires_at, ==, 1795255200);
}

static void an_old_answer_is_read(void)
{
    g_autoptr(PoToken) token = token_of("{\"po_token\":\"abc\",\"visit_identifier\":\"V\"}");

    g_assert_cmpstr(token->token, ==, "abc");
    g_assert_cmpstr(token->content_binding, ==, "V");
    g_assert_cmpint(token->expires_at, ==, 0);
}

static void an_expiry_is_read_in_every_form(void)
{
    g_autoptr(PoToken) seconds = token_of("{\"poToken\":\"a\",\"expiresAt\":1795255200}");
    g_autoptr(PoToken) millis = token_of("{\"poToken\":\"a\",\"expiresAt\":1795255200123}");
    g_autoptr(PoToken) offset =
        token_of("{\"poToken\":\"a\",\"expiresAt\":\"2026-11-21T12:00:00+02:00\"}");
    g_autoptr(PoToken) nonsense = token_of("{\"poToken\":\"a\",\"expiresAt\":\"soon\"}");
    g_autoptr(PoToken) negative = token_of("{\"poToken\":\"a\",\"expiresAt\":-5}");

    g_assert_cmpint(seconds->expires_at, ==, 1795255200);
    g_assert_cmpint(millis->expires_at, ==, 1795255200);
    g_assert_cmpint(offset->expires_at, ==, 1795255200);
    g_assert_cmpint(nonsense->expires_at, ==, 0);
    g_assert_cmpint(negative->expires_at, ==, 0);
}

static void other_answers_are_refused(void)
{
    g_autofree char *letters = g_strnfill(5000, 'a');
    g_autofree char *long_token = g_strdup_printf("{\"poToken\":\"%s\"}", letters);

    assert_refused("", "instead of a JSON object");
    assert_refused("<html>502</html>", "<html>502</html>");
    assert_refused("[]", "instead of a JSON object");
    assert_refused("{}", "without a usable token");
    assert_refused("{\"poToken\":\"\"}", "without a usable token");
    assert_refused("{\"poToken\":7}", "without a usable token");
    assert_refused("{\"poToken\":\"a,web.gvs+b\"}", "without a usable token");
    assert_refused("{\"poToken\":\"a;b=c\"}", "without a usable token");
    assert_refused("{\"error\":\"no minter\"}", "no minter");
    assert_refused(long_token, "without a usable token");
    assert_refused("\xff\xfe", "instead of a JSON object");
}

static GHashTable *tokens_of(const char *gvs, const char *player)
{
    GHashTable *tokens = g_hash_table_new(g_str_hash, g_str_equal);

    if (gvs != NULL)
        g_hash_table_insert(tokens, (gpointer) "gvs", (gpointer)gvs);
    if (player != NULL)
        g_hash_table_insert(tokens, (gpointer) "player", (gpointer)player);
    return tokens;
}

static void assert_argument(const char *clients, GHashTable *tokens, const char *expected)
{
    g_autofree char *argument = po_token_extractor_arg(clients, tokens);

    g_assert_cmpstr(argument, ==, expected);
}

static void browser_clients_get_the_tokens(void)
{
    g_autoptr(GHashTable) both = tokens_of("G", "P");
    g_autoptr(GHashTable) gvs = tokens_of("G", NULL);
    g_autoptr(GHashTable) none = tokens_of(NULL, NULL);

    assert_argument("web", both, "web.gvs+G,web.player+P");
    assert_argument("mweb,ios,android_vr,-web", gvs, "mweb.gvs+G");
    assert_argument("web, web", gvs, "web.gvs+G");
    assert_argument(NULL, gvs, "web.gvs+G,web_safari.gvs+G,web_creator.gvs+G,mweb.gvs+G");
    assert_argument("default,web_music", gvs,
                    "web.gvs+G,web_safari.gvs+G,web_creator.gvs+G,mweb.gvs+G,web_music.gvs+G");
    assert_argument("ios,tv", gvs, NULL);
    assert_argument("web", none, NULL);
    assert_argument("web", NULL, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/po-token/question", the_question_names_video_and_proxy);
    g_test_add_func("/po-token/current", a_current_answer_is_read);
    g_test_add_func("/po-token/old", an_old_answer_is_read);
    g_test_add_func("/po-token/expiry", an_expiry_is_read_in_every_form);
    g_test_add_func("/po-token/refused", other_answers_are_refused);
    g_test_add_func("/po-token/argument", browser_clients_get_the_tokens);
    return g_test_run();
}
