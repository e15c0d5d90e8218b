#include "http_input.h"

void http_input_init(HttpInput *input, const HttpLimits *limits)
{
    input->parser = http_parser_new(limits);
    input->bytes = g_byte_array_new();
    input->consumed = 0;
}

void http_input_clear(HttpInput *input)
{
    http_parser_free(input->parser);
    g_byte_array_unref(input->bytes);
}

gsize http_input_count_unread(const HttpInput *input)
{
    return input->bytes->len - input->consumed;
}

gboolean http_input_skip_line_ends(HttpInput *input)
{
    while (http_input_count_unread(input) > 0) {
        guint8 next = input->bytes->data[input->consumed];
        if (next != '\r' && next != '\n')
            return TRUE;
        input->consumed++;
    }
    return FALSE;
}

HttpParseStatus http_input_parse(HttpInput *input)
{
    gsize consumed = 0;
    HttpParseStatus status =
        http_parser_feed(input->parser, (const char *)input->bytes->data + input->consumed,
                         http_input_count_unread(input), &consumed);
    input->consumed += consumed;
    return status;
}

void http_input_compact(HttpInput *input)
{
    if (http_input_count_unread(input) == 0) {
        http_input_drop(input);
        return;
    }
    g_byte_array_remove_range(input->bytes, 0, (guint)input->consumed);
    input->consumed = 0;
}

void http_input_drop(HttpInput *input)
{
    g_byte_array_unref(input->bytes);
    input->bytes = g_byte_array_new();
    input->consumed = 0;
}
