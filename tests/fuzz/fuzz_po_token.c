/* A provider's answer: a token that is taken can hold nothing that divides yt-dlp's arguments. */
#include "fuzz.h"

#include "tokens/po_token.h"
#include "ytops/error.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PoToken) token =
        po_token_parse(size > 0 ? (const char *)data : "", (gssize)size, &error);

    if (token == NULL) {
        g_assert_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert_cmpuint(strlen(token->token), >, 0);
    g_assert_null(strpbrk(token->token, ",; \t\n'\""));
    g_assert_cmpint(token->expires_at, >=, 0);
    return 0;
}
