#include "work/probe.h"

#include "ytops/error.h"

#define VIDEO "{\"codec_type\":\"video\",\"nb_read_frames\":\"10\"}"
#define AUDIO "{\"codec_type\":\"audio\",\"nb_read_frames\":\"44\"}"
#define EMPTY "{\"codec_type\":\"audio\"}"
#define DATA "{\"codec_type\":\"data\"}"
#define FORMAT "\"format\":{\"size\":\"21012\",\"duration\":\"1.500\",\"format_name\":\"mov,mp4\"}"

static void a_good_file_is_described(void)
{
    g_auto(Probe) probe = {0};

    g_assert_true(
        probe_read("{\"streams\":[" VIDEO "," DATA "," AUDIO "]," FORMAT "}", &probe, NULL));
    g_assert_cmpint(probe.bytes, ==, 21012);
    g_assert_cmpfloat(probe.duration_s, ==, 1.5);
    g_assert_cmpstr(probe.container, ==, "mov,mp4");
    g_assert_cmpint(probe.n_streams, ==, 2);
}

static void a_file_without_media_that_decode_is_refused(void)
{
    static const char *const documents[] = {
        "",
        "null",
        "{}",
        "{\"streams\":[" VIDEO "]}",
        "{" FORMAT "}",
        "{\"streams\":[]," FORMAT "}",
        "{\"streams\":[" DATA "]," FORMAT "}",
        "{\"streams\":[" VIDEO "," EMPTY "]," FORMAT "}",
        "{\"streams\":7," FORMAT "}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_auto(Probe) probe = {0};
        g_autoptr(GError) error = NULL;

        g_test_message("%s", documents[i]);
        g_assert_false(probe_read(documents[i], &probe, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_PROBE_FAILED);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probe/good", a_good_file_is_described);
    g_test_add_func("/probe/bad", a_file_without_media_that_decode_is_refused);
    return g_test_run();
}
