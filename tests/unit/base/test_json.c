#include "ytops/json.h"

#include <math.h>
#include <string.h>

#include "ytops/error.h"

static void documents_come_back_as_they_were(void)
{
    static const char *const documents[] = {
        "{}",   "[]",    "null",     "0",
        "true", "\"a\"", "[null,1]", "{\"a\":{\"b\":[1,2.5,\"\\u0000x\",false]}}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(YtopsJson) json = ytops_json_parse(documents[i], -1, &error);
        g_autofree char *text = NULL;

        g_assert_no_error(error);
        g_assert_nonnull(json);
        text = ytops_json_to_string(json);
        g_assert_cmpstr(text, ==, documents[i]);
    }
}

static void what_is_not_one_document_is_refused(void)
{
    g_autofree char *deep = g_strnfill(100000, '[');
    const char *const texts[] = {
        "", " ", "{", "[1", "{\"a\":}", "nul", "{} {}", "1 2", "\"\xff\"", "{'a':1}x", "tru", deep,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(ytops_json_parse(texts[i], -1, &error));
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "byte"));
    }
}

static void wrong_types_and_absent_keys_give_defaults(void)
{
    g_autoptr(YtopsJson) json =
        ytops_json_parse("{\"s\":\"x\",\"i\":7,\"n\":null,\"a\":[1],\"b\":true}", -1, NULL);

    g_assert_cmpstr(ytops_json_get_string(json, "s"), ==, "x");
    g_assert_cmpint(ytops_json_get_int(json, "i"), ==, 7);
    g_assert_true(ytops_json_get_bool(json, "b"));
    g_assert_null(ytops_json_get_string(json, "i"));
    g_assert_cmpint(ytops_json_get_int(json, "s"), ==, 0);
    g_assert_false(ytops_json_get_bool(json, "i"));
    g_assert_null(ytops_json_get(json, "absent"));
    g_assert_true(ytops_json_has(json, "n"));
    g_assert_false(ytops_json_has(json, "absent"));
    g_assert_cmpint(ytops_json_get_type(ytops_json_get(json, "n")), ==, YTOPS_JSON_NULL);
    g_assert_null(ytops_json_at(ytops_json_get(json, "a"), 1));
    g_assert_cmpuint(ytops_json_length(json), ==, 0);
    g_assert_null(ytops_json_get(ytops_json_get(json, "a"), "s"));
}

static gboolean collect_until_c(const char *key, YtopsJson *value, gpointer data)
{
    g_string_append_printf(data, "%s=%" G_GINT64_FORMAT " ", key, ytops_json_int(value));
    return strcmp(key, "c") != 0;
}

static void members_are_visited_in_order_until_told_to_stop(void)
{
    g_autoptr(YtopsJson) json = ytops_json_parse("{\"b\":1,\"a\":2,\"c\":3,\"d\":4}", -1, NULL);
    g_autoptr(GString) seen = g_string_new(NULL);

    ytops_json_foreach(json, collect_until_c, seen);
    g_assert_cmpstr(seen->str, ==, "b=1 a=2 c=3 ");
}

static void values_can_be_built_and_shared(void)
{
    g_autoptr(YtopsJson) object = ytops_json_object_new();
    g_autoptr(YtopsJson) shared = NULL;
    YtopsJson *array = ytops_json_array_new();
    g_autofree char *text = NULL;

    ytops_json_append_string(array, "a/b");
    ytops_json_set_take(object, "list", array);
    ytops_json_set_int(object, "n", G_MININT64);
    ytops_json_set_string(object, "none", NULL);
    ytops_json_set_bool(object, "yes", TRUE);
    shared = ytops_json_ref(ytops_json_get(object, "list"));
    text = ytops_json_to_string(object);
    g_assert_cmpstr(text, ==,
                    "{\"list\":[\"a/b\"],\"n\":-9223372036854775808,\"none\":null,\"yes\":true}");
    g_clear_pointer(&object, ytops_json_unref);
    g_assert_cmpuint(ytops_json_length(shared), ==, 1);
}

static void what_is_no_utf8_is_replaced(void)
{
    g_autoptr(YtopsJson) object = ytops_json_object_new();
    g_autofree char *text = NULL;

    YtopsJson *array = ytops_json_array_new();
    ytops_json_append_string(array, "\xc3");
    ytops_json_set_take(object, "list", array);
    ytops_json_set_string(object, "name", "B\xffx \xc3\xa9");
    text = ytops_json_to_string(object);
    g_assert_cmpstr(text, ==,
                    "{\"list\":[\"\xef\xbf\xbd\"],"
                    "\"name\":\"B\xef\xbf\xbdx \xc3\xa9\"}");
}

static void numbers_keep_three_decimals(void)
{
    g_autoptr(YtopsJson) object = ytops_json_object_new();
    g_autoptr(YtopsJson) again = NULL;
    g_autofree char *text = NULL;

    ytops_json_set_number(object, "part", 33.3);
    ytops_json_set_number(object, "none", (double)NAN);
    ytops_json_set_int(object, "whole", 2);
    text = ytops_json_to_string(object);
    g_assert_cmpstr(text, ==, "{\"part\":33.300,\"none\":null,\"whole\":2}");
    again = ytops_json_parse(text, -1, NULL);
    g_assert_cmpfloat(ytops_json_get_number(again, "part"), ==, 33.3);
    g_assert_cmpfloat(ytops_json_get_number(again, "whole"), ==, 2);
    g_assert_cmpfloat(ytops_json_get_number(again, "absent"), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/round-trip", documents_come_back_as_they_were);
    g_test_add_func("/json/refused", what_is_not_one_document_is_refused);
    g_test_add_func("/json/defaults", wrong_types_and_absent_keys_give_defaults);
    g_test_add_func("/json/foreach", members_are_visited_in_order_until_told_to_stop);
    g_test_add_func("/json/build", values_can_be_built_and_shared);
    g_test_add_func("/json/utf-8", what_is_no_utf8_is_replaced);
    g_test_add_func("/json/numbers", numbers_keep_three_decimals);
    return g_test_run();
}
