#include "work/lane_state.h"

/* Where a lane may go from each state, in the order of the enum; '.' not there. */
static const struct {
    YtopsLanePhase from;
    const char *to; /* a letter a state */
} moves[] = {
    {YTOPS_LANE_PULLING, "PA.D.MZS"},       {YTOPS_LANE_ASSIGNING, "PAT..MZS"},
    {YTOPS_LANE_GETTING_TOKEN, "PATD.MZS"}, {YTOPS_LANE_DOWNLOADING, "PA.DBMZS"},
    {YTOPS_LANE_PROBING, "PA..BMZS"},       {YTOPS_LANE_MARKING, "P....MZS"},
    {YTOPS_LANE_PAUSED, "P....MZS"},        {YTOPS_LANE_STOPPED, ".......S"},
};

static void only_the_moves_of_the_drawing_are_legal(void)
{
    g_assert_cmpuint(G_N_ELEMENTS(moves), ==, YTOPS_LANE_N_STATES);
    for (gsize i = 0; i < G_N_ELEMENTS(moves); i++) {
        for (guint to = 0; to < YTOPS_LANE_N_STATES; to++) {
            g_test_message("%s -> %s", ytops_lane_state_to_string(moves[i].from),
                           ytops_lane_state_to_string((YtopsLanePhase)to));
            g_assert_cmpint(lane_state_may_move(moves[i].from, (YtopsLanePhase)to), ==,
                            moves[i].to[to] != '.');
        }
    }
}

static void names_lead_back_to_what_they_name(void)
{
    YtopsLanePhase state = YTOPS_LANE_PAUSED;
    YtopsLaneWork kind = YTOPS_LANE_AUTH;

    for (guint i = 0; i < YTOPS_LANE_N_STATES; i++) {
        g_assert_true(
            ytops_lane_state_from_string(ytops_lane_state_to_string((YtopsLanePhase)i), &state));
        g_assert_cmpuint(state, ==, i);
    }
    for (guint i = YTOPS_LANE_FULL; i <= YTOPS_LANE_DOWNLOAD; i++) {
        g_assert_true(
            ytops_lane_kind_from_string(ytops_lane_kind_to_string((YtopsLaneWork)i), &kind));
        g_assert_cmpuint(kind, ==, i);
    }
    g_assert_false(ytops_lane_state_from_string("pulling", &state));
    g_assert_false(ytops_lane_state_from_string(NULL, &state));
    g_assert_false(ytops_lane_kind_from_string("", &kind));
    g_assert_cmpuint(state, ==, YTOPS_LANE_STOPPED);
    g_assert_cmpuint(kind, ==, YTOPS_LANE_DOWNLOAD);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lane-state/moves", only_the_moves_of_the_drawing_are_legal);
    g_test_add_func("/lane-state/names", names_lead_back_to_what_they_name);
    return g_test_run();
}
