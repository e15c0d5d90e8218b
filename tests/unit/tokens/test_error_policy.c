#include "ytops/error_policy.h"

#include "ytops/error.h"

#include <glib/gstdio.h>
#include <string.h>

static YtopsErrorPolicy *policy_from(const char *json, GError **error)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("error-policy-XXXXXX.json", &path, NULL);
    YtopsErrorPolicy *policy;

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, json, -1, NULL));
    policy = ytops_error_policy_new(path, error);
    g_assert_cmpint(g_unlink(path), ==, 0);
    return policy;
}

static void assert_refused(const char *json, const char *first, const char *second)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsErrorPolicy) policy = policy_from(json, &error);

    g_assert_null(policy);
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "--error-policy"));
    g_assert_nonnull(strstr(error->message, "error-policy-"));
    if (strstr(error->message, first) == NULL || strstr(error->message, second) == NULL)
        g_error("\"%s\" and \"%s\" are not both in: %s", first, second, error->message);
}

static void assert_rule(const YtopsErrorPolicy *policy, YtopsErrorCode code, const char *expected)
{
    const YtopsErrorRule *rule = ytops_error_policy_get(policy, code);
    g_autofree char *actual = g_strdup_printf(
        "%s%s%s%s", rule->charges_account ? "A" : "", rule->charges_proxy ? "P" : "",
        rule->bannable ? " bannable" : "", rule->retryable ? " retryable" : "");

    g_assert_cmpint(rule->code, ==, code);
    g_assert_cmpstr(actual, ==, expected);
}

static void the_built_in_table_charges_whom_it_should(void)
{
    g_autoptr(YtopsErrorPolicy) policy = ytops_error_policy_new(NULL, NULL);

    assert_rule(policy, YTOPS_ERROR_BOT_DETECTED, "AP bannable");
    assert_rule(policy, YTOPS_ERROR_IP_BLOCKED, "P bannable retryable");
    assert_rule(policy, YTOPS_ERROR_SESSION_RATE_LIMITED, "A bannable");
    assert_rule(policy, YTOPS_ERROR_HTTP_429, "AP retryable");
    assert_rule(policy, YTOPS_ERROR_HTTP_5XX, " retryable");
    assert_rule(policy, YTOPS_ERROR_MEDIA_403, "P retryable");
    assert_rule(policy, YTOPS_ERROR_PRIVATE_VIDEO, "");
    assert_rule(policy, YTOPS_ERROR_COOKIES_INVALID, "A");
    assert_rule(policy, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED, "AP bannable retryable");
    assert_rule(policy, YTOPS_ERROR_TARGET_UNREACHABLE, "P retryable");
    assert_rule(policy, YTOPS_ERROR_DNS_FAILED, " retryable");
    assert_rule(policy, YTOPS_ERROR_TIMEOUT, "P retryable");
    assert_rule(policy, YTOPS_ERROR_GENERIC, "A");
}

static void our_own_errors_charge_nobody(void)
{
    g_autoptr(YtopsErrorPolicy) policy = ytops_error_policy_new("", NULL);

    for (int code = YTOPS_ERROR_INTERNAL; code <= YTOPS_ERROR_DRAINING; code++) {
        const YtopsErrorRule *rule = ytops_error_policy_get(policy, (YtopsErrorCode)code);

        g_assert_false(rule->charges_account || rule->charges_proxy || rule->bannable);
    }
    assert_rule(policy, YTOPS_ERROR_NO_ACTIVE_PROXIES, " retryable");
    assert_rule(policy, YTOPS_ERROR_REDIS_UNAVAILABLE, " retryable");
    assert_rule(policy, YTOPS_ERROR_OVERLOADED, " retryable");
    assert_rule(policy, YTOPS_ERROR_DRAINING, " retryable");
    assert_rule(policy, YTOPS_ERROR_INVALID_ARGUMENT, "");
}

static void a_code_in_no_table_charges_nobody(void)
{
    g_autoptr(YtopsErrorPolicy) policy = ytops_error_policy_new(NULL, NULL);

    for (int code = -1; code <= YTOPS_ERROR_N_CODES; code += YTOPS_ERROR_N_CODES + 1) {
        const YtopsErrorRule *rule = ytops_error_policy_get(policy, (YtopsErrorCode)code);

        g_assert_false(rule->charges_account || rule->charges_proxy || rule->bannable ||
                       rule->retryable);
    }
}

static void a_file_changes_what_it_names(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsErrorPolicy) policy =
        policy_from("{\"SOCKS5_CONNECTION_FAILED\": {\"account\": false},"
                    " \"HTTP_429\": {\"proxy\": false, \"bannable\": true, \"retryable\": false},"
                    " \"GENERIC\": {}}",
                    &error);

    g_assert_no_error(error);
    assert_rule(policy, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED, "P bannable retryable");
    assert_rule(policy, YTOPS_ERROR_HTTP_429, "A bannable");
    assert_rule(policy, YTOPS_ERROR_GENERIC, "A");
    assert_rule(policy, YTOPS_ERROR_BOT_DETECTED, "AP bannable");
}

static void a_wrong_file_is_refused(void)
{
    assert_refused("", "not valid JSON", "");
    assert_refused("{", "not valid JSON", "");
    assert_refused("[]", "array", "object");
    assert_refused("null", "null", "object");
    assert_refused("{\"BOT\": {}}", "\"BOT\"", "docs/errors.md");
    assert_refused("{\"bot_detected\": {}}", "\"bot_detected\"", "no error code");
    assert_refused("{\"BOT_DETECTED\": true}", "\"BOT_DETECTED\" is a JSON boolean", "object");
    assert_refused("{\"BOT_DETECTED\": {\"acount\": true}}", "BOT_DETECTED.acount", "\"account\"");
    assert_refused("{\"BOT_DETECTED\": {\"account\": 1}}", "BOT_DETECTED.account", "true or false");
    assert_refused("{\"GENERIC\": {}, \"BOT_DETECTED\": {\"proxy\": null}}", "BOT_DETECTED.proxy",
                   "JSON null");
}

static void a_missing_file_is_refused(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(ytops_error_policy_new("/nonexistent/policy.json", &error));
    g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "/nonexistent/policy.json"));
}

static const char *charged_words(const YtopsErrorRule *rule)
{
    if (rule->charges_account)
        return rule->charges_proxy ? "account, proxy" : "account";
    return rule->charges_proxy ? "proxy" : "nobody";
}

/* Compares one line of the document's tables; returns the code it is about. */
static YtopsErrorCode check_row(const YtopsErrorPolicy *policy, const char *line)
{
    g_auto(GStrv) cells = g_strsplit(line, " | ", -1);
    YtopsErrorCode code = YTOPS_ERROR_N_CODES;
    const YtopsErrorRule *rule;
    g_autofree char *name = NULL;

    g_assert_cmpuint(g_strv_length(cells), ==, 6);
    name = g_strndup(cells[0] + strlen("| `"), strlen(cells[0]) - strlen("| ``"));
    if (!ytops_error_code_from_string(name, &code))
        g_error("docs/errors.md has the unknown code %s", name);
    rule = ytops_error_policy_get(policy, code);
    g_assert_cmpuint(strlen(cells[1]), >, 10);
    g_assert_cmpstr(cells[2], ==, charged_words(rule));
    g_assert_cmpstr(cells[3], ==, rule->bannable ? "yes" : "no");
    g_assert_cmpstr(cells[4], ==, rule->retryable ? "yes" : "no");
    g_assert_cmpuint(strlen(cells[5]), >, 5);
    return code;
}

static void the_document_has_the_same_table(void)
{
    g_autoptr(YtopsErrorPolicy) policy = ytops_error_policy_new(NULL, NULL);
    gboolean seen[YTOPS_ERROR_N_CODES] = {FALSE};
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    g_assert_true(g_file_get_contents(YTOPS_SOURCE_DIR "/docs/errors.md", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        YtopsErrorCode code;

        if (!g_str_has_prefix(lines[i], "| `"))
            continue;
        code = check_row(policy, lines[i]);
        g_assert_false(seen[code]);
        seen[code] = TRUE;
    }
    for (int code = 0; code < YTOPS_ERROR_N_CODES; code++)
        if (!seen[code])
            g_error("docs/errors.md lacks %s", ytops_error_code_to_string((YtopsErrorCode)code));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error-policy/built-in", the_built_in_table_charges_whom_it_should);
    g_test_add_func("/error-policy/ours", our_own_errors_charge_nobody);
    g_test_add_func("/error-policy/stranger", a_code_in_no_table_charges_nobody);
    g_test_add_func("/error-policy/file", a_file_changes_what_it_names);
    g_test_add_func("/error-policy/file-refused", a_wrong_file_is_refused);
    g_test_add_func("/error-policy/file-missing", a_missing_file_is_refused);
    g_test_add_func("/error-policy/document", the_document_has_the_same_table);
    return g_test_run();
}
