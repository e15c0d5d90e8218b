/* Lines of yt-dlp: those that begin with W are warnings, all others errors. */
#include "fuzz.h"

#include "ytops/error_policy.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) texts = g_strsplit(text, "\n", -1);
    guint n_lines = g_strv_length(texts);
    g_autofree YtopsLine *lines = g_new0(YtopsLine, n_lines + 1);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < n_lines; i++)
        lines[i] =
            (YtopsLine){texts[i][0] == 'W' ? YTOPS_LINE_WARNING : YTOPS_LINE_ERROR, texts[i]};
    error = ytops_error_classify(lines, n_lines);
    g_assert_nonnull(error);
    g_assert_true(error->domain == YTOPS_ERROR);
    g_assert_cmpint(error->code, >=, YTOPS_ERROR_BOT_DETECTED);
    g_assert_cmpint(error->code, <, YTOPS_ERROR_N_CODES);
    g_assert_cmpuint(strlen(error->message), <=, 500);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    return 0;
}
