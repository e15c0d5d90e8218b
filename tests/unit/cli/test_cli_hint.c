#include "cli/hint.h"

/* What a person can act on has a hint; it is a sentence, and names no command that is not there. */
static void test_hints(void)
{
    static const YtopsErrorCode with[] = {
        YTOPS_ERROR_NO_ACTIVE_PROXIES, YTOPS_ERROR_NO_ACTIVE_ACCOUNTS,
        YTOPS_ERROR_REDIS_UNAVAILABLE, YTOPS_ERROR_ROLE_FORBIDDEN,
        YTOPS_ERROR_OVERLOADED,        YTOPS_ERROR_DRAINING,
        YTOPS_ERROR_BOT_DETECTED,      YTOPS_ERROR_IP_BLOCKED,
    };

    for (guint i = 0; i < G_N_ELEMENTS(with); i++) {
        g_assert_nonnull(cli_hint(with[i]));
        g_assert_true(g_str_has_suffix(cli_hint(with[i]), "."));
    }
    g_assert_null(cli_hint(YTOPS_ERROR_PRIVATE_VIDEO));
    g_assert_null(cli_hint(YTOPS_ERROR_INTERNAL));
    /* Whom to ask depends on the call: the server's message says it. */
    g_assert_null(cli_hint(YTOPS_ERROR_OUT_OF_SCOPE));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hint", test_hints);
    return g_test_run();
}
