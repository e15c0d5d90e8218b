#include "work/lane_verdict.h"

static void every_code_has_its_consequence(void)
{
    for (int code = 0; code < YTOPS_ERROR_N_CODES; code++) {
        LaneVerdict expected = LANE_VERDICT_FAIL;

        switch ((YtopsErrorCode)code) {
        case YTOPS_ERROR_NO_ACTIVE_ACCOUNTS:
        case YTOPS_ERROR_NO_ACTIVE_PROXIES:
        case YTOPS_ERROR_REDIS_UNAVAILABLE:
        case YTOPS_ERROR_OVERLOADED:
        case YTOPS_ERROR_DRAINING:
            expected = LANE_VERDICT_PAUSE;
            break;
        case YTOPS_ERROR_INTERNAL:
        case YTOPS_ERROR_ROLE_FORBIDDEN:
        case YTOPS_ERROR_OUT_OF_SCOPE:
            expected = LANE_VERDICT_STOP;
            break;
        case YTOPS_ERROR_NOT_FOUND:
            expected = LANE_VERDICT_ABANDON;
            break;
        default:
            break;
        }
        g_test_message("%s", ytops_error_code_to_string((YtopsErrorCode)code));
        g_assert_cmpint(lane_verdict((YtopsErrorCode)code), ==, expected);
    }
}

static GError *exhausted(const char *retry_after_s)
{
    GError *error = g_error_new(YTOPS_ERROR, YTOPS_ERROR_NO_ACTIVE_ACCOUNTS, "3 rest");

    ytops_error_set_context(error, "retryAfterS", retry_after_s);
    return error;
}

static void a_pause_is_short_however_long_the_wait(void)
{
    static const struct {
        const char *retry_after_s;
        gint64 pause_s;
    } rows[] = {{NULL, 2},
                {"", 2},
                {"soon", 2},
                {"-5", 2},
                {"0", 1},
                {"1", 1},
                {"4", 4},
                {"5", 5},
                {"6", 5},
                {"3600", 5},
                {"9223372036854775807", 5}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = exhausted(rows[i].retry_after_s);

        g_assert_cmpint(lane_verdict_pause_s(error), ==, rows[i].pause_s);
    }
}

static void the_reason_is_the_errors_own(void)
{
    g_autoptr(GError) error = exhausted("2580");
    g_autofree char *reason = lane_verdict_reason(error);

    g_assert_cmpstr(reason, ==, "NO_ACTIVE_ACCOUNTS: 3 rest; paused, trying again by itself");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lane-verdict/codes", every_code_has_its_consequence);
    g_test_add_func("/lane-verdict/pause", a_pause_is_short_however_long_the_wait);
    g_test_add_func("/lane-verdict/reason", the_reason_is_the_errors_own);
    return g_test_run();
}
