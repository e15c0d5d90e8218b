#include "cli/size.h"

static void test_sizes_as_people_read_them(void)
{
    static const struct {
        gint64 bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1, "1 B"},
        {1023, "1023 B"},
        {1024, "1.0 KiB"},
        {1536, "1.5 KiB"},
        {1024 * 1024 - 1, "1023.9 KiB"},
        {1024 * 1024, "1.0 MiB"},
        {G_GINT64_CONSTANT(123456789012), "114.9 GiB"},
        {G_GINT64_CONSTANT(3) << 40, "3.0 TiB"},
        {G_MAXINT64, "7.9 EiB"},
        {-1, "0 B"},
        {G_MININT64, "0 B"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = cli_size_format(cases[i].bytes);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/size/format", test_sizes_as_people_read_them);
    return g_test_run();
}
