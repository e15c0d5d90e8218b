/*
 * The policies of seed 000, section 6, cell by cell: policy x failure (first, second) x kind of error.
 * The words beside the rows are the document's.
 */
#include <string.h>
#include <unistd.h>

#include "ytops/error.h"
#include "ytops/recovery.h"

#define STOP YTOPS_RECOVERY_STOP_LANE
#define RETRY YTOPS_RECOVERY_RETRY
#define FAIL YTOPS_RECOVERY_FAIL_ITEM

typedef struct {
    YtopsRecoveryPolicy policy;
    gint64 attempt;
    YtopsRecoveryStep step;
    gboolean bans_account;
    gboolean bans_proxy;
    gboolean changes_account;
    const char *words;
} Cell;

static const Cell bannable[] = {
    {YTOPS_POLICY_STOP_LOOP, 1, STOP, TRUE, FALSE, FALSE,
     "The account used is banned. The URL is marked as failed. The worker's processing loop is "
     "stopped."},
    {YTOPS_POLICY_STOP_LOOP, 2, STOP, TRUE, FALSE, FALSE, "the same: there is no retry to fail"},
    {YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT, 1, RETRY, TRUE, FALSE, TRUE,
     "The failing account is banned. The worker immediately retries the same URL with a new, "
     "unused "
     "account from the pool."},
    {YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT, 2, STOP, TRUE, TRUE, FALSE,
     "If the retry also fails, the second account and the proxy are also banned, and the worker's "
     "loop is stopped."},
    {YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY, 1, RETRY, TRUE, FALSE, TRUE,
     "Similar to retry_with_new_account"},
    {YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY, 2, STOP, TRUE, FALSE, FALSE,
     "but on the second failure, it bans only the second account, not the proxy."},
    {YTOPS_POLICY_RETRY_WITHOUT_BAN, 1, RETRY, FALSE, FALSE, TRUE,
     "The worker retries with a new account"},
    {YTOPS_POLICY_RETRY_WITHOUT_BAN, 2, STOP, FALSE, FALSE, FALSE,
     "but no accounts or proxies are ever banned."},
};

static void assert_cell(const Cell *cell, const YtopsErrorPolicy *errors, YtopsErrorCode code)
{
    g_test_message("%s, %s, attempt %d: %s", ytops_error_code_to_string(code),
                   ytops_recovery_policy_to_string(cell->policy), (int)cell->attempt, cell->words);
    YtopsRecoveryRule rule = ytops_recovery_decide(cell->policy, cell->attempt, errors, code);
    g_assert_cmpint(rule.step, ==, cell->step);
    g_assert_cmpint(rule.bans_account, ==, cell->bans_account);
    g_assert_cmpint(rule.bans_proxy, ==, cell->bans_proxy);
    g_assert_cmpint(rule.changes_account, ==, cell->changes_account);
    g_assert_false(rule.releases_item);
    g_assert_cmpint(strlen(rule.explanation), >, 20);
}

/* "a serious, bannable error occurs (e.g., BOT_DETECTED or SOCKS5_CONNECTION_FAILED)" */
static void test_bannable_errors(void)
{
    g_autoptr(YtopsErrorPolicy) errors = ytops_error_policy_new(NULL, NULL);
    static const YtopsErrorCode codes[] = {
        YTOPS_ERROR_BOT_DETECTED,       YTOPS_ERROR_CAPTCHA_REQUIRED,
        YTOPS_ERROR_IP_BLOCKED,         YTOPS_ERROR_SESSION_RATE_LIMITED,
        YTOPS_ERROR_SOCKS5_AUTH_FAILED, YTOPS_ERROR_SOCKS5_CONNECTION_FAILED,
        YTOPS_ERROR_SOCKS5_PROTOCOL,    YTOPS_ERROR_PROXY_DNS_FAILED,
        YTOPS_ERROR_HTTP_PROXY_AUTH,    YTOPS_ERROR_HTTP_PROXY_FAILED,
    };
    guint n_bannable = 0;
    for (int code = 0; code < YTOPS_ERROR_N_CODES; code++)
        n_bannable += ytops_error_policy_get(errors, (YtopsErrorCode)code)->bannable ? 1 : 0;
    g_assert_cmpuint(n_bannable, ==, G_N_ELEMENTS(codes));
    for (gsize c = 0; c < G_N_ELEMENTS(codes); c++) {
        for (gsize i = 0; i < G_N_ELEMENTS(bannable); i++)
            assert_cell(&bannable[i], errors, codes[c]);
    }
}

static void test_later_failures_are_as_the_second(void)
{
    g_autoptr(YtopsErrorPolicy) errors = ytops_error_policy_new(NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(bannable); i++) {
        Cell cell = bannable[i];
        if (cell.attempt != 2)
            continue;
        cell.attempt = 3;
        assert_cell(&cell, errors, YTOPS_ERROR_BOT_DETECTED);
        cell.attempt = G_MAXINT64;
        assert_cell(&cell, errors, YTOPS_ERROR_BOT_DETECTED);
    }
}

/* What follows an error that is not bannable: the same under every policy, and nobody is banned. */
typedef struct {
    YtopsErrorCode code;
    YtopsRecoveryStep first;
    gboolean first_changes_account;
    YtopsRecoveryStep second;
    gboolean second_releases;
} Other;

#define OF_SYSTEM RETRY, FALSE, STOP, TRUE
#define PASSING RETRY, FALSE, FAIL, FALSE
#define OF_ACCOUNT RETRY, TRUE, FAIL, FALSE
#define OF_ITEM FAIL, FALSE, FAIL, FALSE

static const Other others[] = {
    {YTOPS_ERROR_NO_ACTIVE_PROXIES, OF_SYSTEM},
    {YTOPS_ERROR_NO_ACTIVE_ACCOUNTS, OF_SYSTEM},
    {YTOPS_ERROR_REDIS_UNAVAILABLE, OF_SYSTEM},
    {YTOPS_ERROR_OVERLOADED, OF_SYSTEM},
    {YTOPS_ERROR_DRAINING, OF_SYSTEM},
    {YTOPS_ERROR_ROLE_FORBIDDEN, OF_SYSTEM},
    {YTOPS_ERROR_OUT_OF_SCOPE, OF_SYSTEM},
    {YTOPS_ERROR_QUEUE_EMPTY, PASSING},
    {YTOPS_ERROR_INTERNAL, PASSING},
    {YTOPS_ERROR_HTTP_5XX, PASSING},
    {YTOPS_ERROR_MEDIA_403, PASSING},
    {YTOPS_ERROR_TARGET_UNREACHABLE, PASSING},
    {YTOPS_ERROR_DNS_FAILED, PASSING},
    {YTOPS_ERROR_CONNECT_TIMEOUT, PASSING},
    {YTOPS_ERROR_READ_TIMEOUT, PASSING},
    {YTOPS_ERROR_CONNECTION_RESET, PASSING},
    {YTOPS_ERROR_SSL_ERROR, PASSING},
    {YTOPS_ERROR_TIMEOUT, PASSING},
    {YTOPS_ERROR_DOWNLOAD_FAILED, PASSING},
    {YTOPS_ERROR_PROBE_FAILED, PASSING},
    {YTOPS_ERROR_HTTP_429, OF_ACCOUNT},
    {YTOPS_ERROR_HTTP_403, OF_ACCOUNT},
    {YTOPS_ERROR_COOKIES_INVALID, OF_ACCOUNT},
    {YTOPS_ERROR_COOKIE_FILE, OF_ACCOUNT},
    {YTOPS_ERROR_INVALID_ARGUMENT, OF_ITEM},
    {YTOPS_ERROR_NOT_FOUND, OF_ITEM},
    {YTOPS_ERROR_AGE_RESTRICTED, OF_ITEM},
    {YTOPS_ERROR_PRIVATE_VIDEO, OF_ITEM},
    {YTOPS_ERROR_MEMBERS_ONLY, OF_ITEM},
    {YTOPS_ERROR_LOGIN_REQUIRED, OF_ITEM},
    {YTOPS_ERROR_UPLOADER_TERMINATED, OF_ITEM},
    {YTOPS_ERROR_VIDEO_REMOVED, OF_ITEM},
    {YTOPS_ERROR_VIDEO_UNAVAILABLE, OF_ITEM},
    {YTOPS_ERROR_GEO_RESTRICTED, OF_ITEM},
    {YTOPS_ERROR_LIVE_NOT_STARTED, OF_ITEM},
    {YTOPS_ERROR_DRM_PROTECTED, OF_ITEM},
    {YTOPS_ERROR_NO_FORMATS, OF_ITEM},
    {YTOPS_ERROR_UNSUPPORTED_URL, OF_ITEM},
    {YTOPS_ERROR_INVALID_URL, OF_ITEM},
    {YTOPS_ERROR_GENERIC, OF_ITEM},
    {YTOPS_ERROR_POISON, OF_ITEM},
};

static void test_other_errors(void)
{
    g_autoptr(YtopsErrorPolicy) errors = ytops_error_policy_new(NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        const Other *other = &others[i];
        for (int policy = 0; policy < YTOPS_POLICY_N_POLICIES; policy++) {
            g_test_message("%s", ytops_error_code_to_string(other->code));
            for (gint64 attempt = 1; attempt <= 2; attempt++) {
                YtopsRecoveryRule rule = ytops_recovery_decide((YtopsRecoveryPolicy)policy, attempt,
                                                               errors, other->code);
                g_assert_cmpint(rule.step, ==, attempt == 1 ? other->first : other->second);
                g_assert_false(rule.bans_account);
                g_assert_false(rule.bans_proxy);
                g_assert_cmpint(rule.changes_account, ==,
                                attempt == 1 && other->first_changes_account);
                g_assert_cmpint(rule.releases_item, ==, attempt == 2 && other->second_releases);
            }
        }
    }
}

/* No code is forgotten: each is bannable or has its row. */
static void test_every_code_has_its_row(void)
{
    g_autoptr(YtopsErrorPolicy) errors = ytops_error_policy_new(NULL, NULL);
    for (int code = 0; code < YTOPS_ERROR_N_CODES; code++) {
        guint rows = ytops_error_policy_get(errors, (YtopsErrorCode)code)->bannable ? 1 : 0;
        for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
            rows += others[i].code == (YtopsErrorCode)code ? 1 : 0;
        if (rows != 1)
            g_error("%s has %u rows", ytops_error_code_to_string((YtopsErrorCode)code), rows);
    }
}

/* --error-policy changes what is bannable, and the table follows. */
static void test_the_error_policy_decides_what_is_bannable(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("error-policy-XXXXXX.json", &path, &error);
    g_assert_no_error(error);
    close(fd);
    g_assert_true(g_file_set_contents(path,
                                      "{\"HTTP_429\": {\"bannable\": true},"
                                      " \"BOT_DETECTED\": {\"bannable\": false},"
                                      " \"DNS_FAILED\": {\"retryable\": false}}",
                                      -1, NULL));
    g_autoptr(YtopsErrorPolicy) errors = ytops_error_policy_new(path, &error);
    g_assert_no_error(error);
    unlink(path);
    for (gsize i = 0; i < G_N_ELEMENTS(bannable); i++)
        assert_cell(&bannable[i], errors, YTOPS_ERROR_HTTP_429);
    for (int code = 0; code < 2; code++) {
        YtopsRecoveryRule rule =
            ytops_recovery_decide(YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT, 1, errors,
                                  code == 0 ? YTOPS_ERROR_BOT_DETECTED : YTOPS_ERROR_DNS_FAILED);
        g_assert_cmpint(rule.step, ==, FAIL);
    }
}

static void test_names(void)
{
    static const char *const names[] = {"stop_loop", "retry_with_new_account",
                                        "retry_and_ban_account_only", "retry_without_ban"};
    for (int i = 0; i < YTOPS_POLICY_N_POLICIES; i++)
        g_assert_cmpstr(ytops_recovery_policy_to_string((YtopsRecoveryPolicy)i), ==, names[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recovery/table/bannable", test_bannable_errors);
    g_test_add_func("/recovery/table/later", test_later_failures_are_as_the_second);
    g_test_add_func("/recovery/table/others", test_other_errors);
    g_test_add_func("/recovery/table/complete", test_every_code_has_its_row);
    g_test_add_func("/recovery/table/error-policy", test_the_error_policy_decides_what_is_bannable);
    g_test_add_func("/recovery/names", test_names);
    return g_test_run();
}
