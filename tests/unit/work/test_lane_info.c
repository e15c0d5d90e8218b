#include "work/lane_info.h"

static void a_status_comes_back_as_it_was(void)
{
    YtopsLaneInfo info = {
        .lane_id = (char *)"host-1-ab.3",
        .instance_id = (char *)"host-1-ab",
        .queue = (char *)"q",
        .kind = YTOPS_LANE_AUTH,
        .state = YTOPS_LANE_PAUSED,
        .state_since = 1700000000,
        .url = (char *)"https://h/\"x\"",
        .progress = 12.5,
        .succeeded = 7,
        .failed = 2,
        .reason = (char *)"no account",
    };
    g_autofree char *text = lane_info_to_json(&info);
    g_autoptr(YtopsLaneInfo) again = lane_info_from_json(text);

    g_assert_nonnull(again);
    g_assert_cmpstr(again->lane_id, ==, info.lane_id);
    g_assert_cmpstr(again->instance_id, ==, info.instance_id);
    g_assert_cmpstr(again->queue, ==, info.queue);
    g_assert_cmpint(again->kind, ==, info.kind);
    g_assert_cmpint(again->state, ==, info.state);
    g_assert_cmpint(again->state_since, ==, info.state_since);
    g_assert_cmpstr(again->url, ==, info.url);
    g_assert_null(again->account_id);
    g_assert_null(again->proxy_url);
    g_assert_cmpfloat(again->progress, ==, 12.5);
    g_assert_cmpint(again->succeeded, ==, 7);
    g_assert_cmpint(again->failed, ==, 2);
    g_assert_cmpstr(again->reason, ==, info.reason);
}

static void progress_may_be_unknown(void)
{
    YtopsLaneInfo info = {.lane_id = (char *)"l",
                          .instance_id = (char *)"i",
                          .queue = (char *)"q",
                          .progress = YTOPS_LANE_NO_PROGRESS};
    g_autofree char *text = lane_info_to_json(&info);
    g_autoptr(YtopsLaneInfo) again = lane_info_from_json(text);

    g_assert_cmpfloat(again->progress, ==, YTOPS_LANE_NO_PROGRESS);
}

static void what_other_hands_wrote_is_no_status(void)
{
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"lane_id\":\"l\"}",
        "{\"lane_id\":\"l\",\"kind\":\"full\",\"state\":\"ASLEEP\"}",
        "{\"lane_id\":\"l\",\"kind\":7,\"state\":\"PULLING\"}",
        "{\"lane_id\":3,\"kind\":\"full\",\"state\":\"PULLING\"}",
        "{\"lane_id\":\"l\",\"instance_id\":\"i\",\"kind\":\"full\",\"state\":\"PULLING\"}",
        "{\"lane_id\":\"l\",\"queue\":\"q\",\"kind\":\"full\",\"state\":\"PULLING\"}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_test_message("%s", texts[i]);
        g_assert_null(lane_info_from_json(texts[i]));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lane-info/round-trip", a_status_comes_back_as_it_was);
    g_test_add_func("/lane-info/no-progress", progress_may_be_unknown);
    g_test_add_func("/lane-info/damaged", what_other_hands_wrote_is_no_status);
    return g_test_run();
}
