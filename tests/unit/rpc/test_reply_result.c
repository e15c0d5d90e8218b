/* Replies as the server itself encodes them, and bytes that are none. */
#include "rpc/reply_result.h"

#include "rpc/wire_reply.h"
#include "ytops/error.h"

typedef struct {
    WireEncoding encoding;
    gboolean strict;
} Form;

static const Form forms[] = {{WIRE_BINARY, TRUE}, {WIRE_BINARY, FALSE}, {WIRE_COMPACT, TRUE}};

static ReplyForm form_of(const Form *form)
{
    return (ReplyForm){
        .header = {.encoding = form->encoding,
                   .strict = form->strict,
                   .type = MESSAGE_CALL,
                   .sequence_id = -7,
                   .name = "banAccount"},
    };
}

static const char *result_of(const GByteArray *reply, const Form *form)
{
    return reply_result_read(reply->data, reply->len, form->encoding);
}

static void every_code_is_read_from_its_exception(void)
{
    const RpcMethod *method = method_table_find("banAccount");

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        ReplyForm form = form_of(&forms[i]);

        for (int code = 0; code < YTOPS_ERROR_N_CODES; code++) {
            g_autoptr(GError) error =
                g_error_new(YTOPS_ERROR, code, "what happened, at length: %0300d", code);

            ytops_error_set_context(error, "accountId", "acc_01");
            g_autoptr(GByteArray) reply = wire_reply_error(&form, method, error);
            g_assert_cmpstr(result_of(reply, &forms[i]), ==,
                            ytops_error_code_to_string((YtopsErrorCode)code));
        }
    }
}

static void an_application_exception_is_a_protocol_error(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        ReplyForm form = form_of(&forms[i]);
        g_autoptr(GByteArray) reply =
            wire_reply_exception(&form, THRIFT_APPLICATION_EXCEPTION_ERROR_UNKNOWN_METHOD, "x");

        g_assert_cmpstr(result_of(reply, &forms[i]), ==, REPLY_RESULT_PROTOCOL);
    }
}

static void results_and_empty_results_are_ok(void)
{
    static const guint8 nothing[] = "\x80\x01\0\x02\0\0\0\1p\0\0\0\x07\0";
    static const guint8 number[] = "\x80\x01\0\x02\0\0\0\1p\0\0\0\x07\x0a\0\0\0\0\0\0\0\0\0\1\0";
    static const guint8 compact_nothing[] = "\x82\x41\x07\1p\0";
    static const guint8 compact_true[] = "\x82\x41\x07\1p\x01\0\0";

    g_assert_cmpstr(reply_result_read(nothing, sizeof nothing - 1, WIRE_BINARY), ==, "ok");
    g_assert_cmpstr(reply_result_read(number, sizeof number - 1, WIRE_BINARY), ==, "ok");
    g_assert_cmpstr(reply_result_read(compact_nothing, sizeof compact_nothing - 1, WIRE_COMPACT),
                    ==, "ok");
    g_assert_cmpstr(reply_result_read(compact_true, sizeof compact_true - 1, WIRE_COMPACT), ==,
                    "ok");
}

/* Nothing is read past the end: sanitizers watch an exact copy. */
static void a_reply_that_is_cut_off_is_a_protocol_error(void)
{
    const RpcMethod *method = method_table_find("banAccount");
    g_autoptr(GError) error = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND, "no");

    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        ReplyForm form = form_of(&forms[i]);
        g_autoptr(GByteArray) reply = wire_reply_error(&form, method, error);
        gboolean is_told = FALSE;

        for (guint length = 0; length <= reply->len; length++) {
            g_autofree guint8 *cut = g_memdup2(reply->data, length);
            const char *result = reply_result_read(cut, length, forms[i].encoding);

            if (g_str_equal(result, "NOT_FOUND"))
                is_told = TRUE;
            else
                g_assert_cmpstr(result, ==, REPLY_RESULT_PROTOCOL);
        }
        g_assert_true(is_told);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reply-result/codes", every_code_is_read_from_its_exception);
    g_test_add_func("/reply-result/exception", an_application_exception_is_a_protocol_error);
    g_test_add_func("/reply-result/ok", results_and_empty_results_are_ok);
    g_test_add_func("/reply-result/cut", a_reply_that_is_cut_off_is_a_protocol_error);
    return g_test_run();
}
