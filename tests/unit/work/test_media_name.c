#include "work/media_name.h"

#include <string.h>

#define URL "https://h/watch?v=x"

static void a_stem_is_plain_whatever_the_id(void)
{
    static const struct {
        const char *id;
        const char *shown;
    } rows[] = {
        {"BaW_jenozKc", "BaW_jenozKc-"},
        {"-starts-so", "v-starts-so-"},
        {"../../etc/passwd", "______etc_passwd-"},
        {"a b\n\t;$(x)", "a_b_____x_-"},
        {"\xc3\xa9", "__-"},
        {"", "v-"},
        {NULL, "v-"},
        {".", "_-"},
        {".hidden", "_hidden-"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *stem = media_name_stem(rows[i].id, URL, "");

        g_test_message("%s", stem);
        g_assert_true(g_str_has_prefix(stem, rows[i].shown));
        g_assert_cmpuint(strlen(stem), ==, strlen(rows[i].shown) + 16);
    }
}

static void a_stem_has_a_limit(void)
{
    g_autofree char *id = g_strnfill(5000, 'x');
    g_autofree char *stem = media_name_stem(id, URL, "");

    g_assert_cmpuint(strlen(stem), ==, 64 + 1 + 16);
}

static void the_same_work_has_the_same_name_and_no_other_has_it(void)
{
    g_autofree char *stem = media_name_stem("x", URL, "18");
    g_autofree char *again = media_name_stem("x", URL, "18");
    g_autofree char *other_format = media_name_stem("x", URL, "22");
    g_autofree char *other_url = media_name_stem("x", URL "&t=1", "18");
    g_autofree char *shifted = media_name_stem("x", URL "1", "8");

    g_assert_cmpstr(stem, ==, again);
    g_assert_cmpstr(stem, !=, other_format);
    g_assert_cmpstr(stem, !=, other_url);
    g_assert_cmpstr(stem, !=, shifted);
}

static void a_file_keeps_a_plain_ending(void)
{
    static const struct {
        const char *source;
        const char *name;
    } rows[] = {
        {"/tmp/x.mp4", "s.mp4"},
        {"x.WebM", "s.webm"},
        {"x", "s.bin"},
        {"x.", "s.bin"},
        {"x.m/p4", "s.bin"},
        {"x.mp4.part-Frag", "s.bin"},
        {"x.averylongending", "s.bin"},
        {"a.b/c", "s.bin"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = media_name_file("s", 0, 1, rows[i].source);

        g_assert_cmpstr(name, ==, rows[i].name);
    }
}

static void several_files_are_numbered(void)
{
    g_autofree char *first = media_name_file("s", 0, 12, "x.mp4");
    g_autofree char *last = media_name_file("s", 11, 12, "y.webm");

    g_assert_cmpstr(first, ==, "s.001.mp4");
    g_assert_cmpstr(last, ==, "s.012.webm");
}

static void only_files_of_the_stem_are_its_own(void)
{
    g_assert_true(media_name_is_of("x-1", "x-1.mp4"));
    g_assert_true(media_name_is_of("x-1", "x-1.001.mp4"));
    g_assert_false(media_name_is_of("x-1", "x-12.mp4"));
    g_assert_false(media_name_is_of("x-1", "x-1"));
    g_assert_false(media_name_is_of("x-1", "ax-1.mp4"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-name/plain", a_stem_is_plain_whatever_the_id);
    g_test_add_func("/media-name/limit", a_stem_has_a_limit);
    g_test_add_func("/media-name/own", the_same_work_has_the_same_name_and_no_other_has_it);
    g_test_add_func("/media-name/ending", a_file_keeps_a_plain_ending);
    g_test_add_func("/media-name/several", several_files_are_numbered);
    g_test_add_func("/media-name/is-of", only_files_of_the_stem_are_its_own);
    return g_test_run();
}
