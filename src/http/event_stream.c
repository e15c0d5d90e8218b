#include "event_stream.h"

#include <string.h>

static void write_comment(YtopsHttpExchange *exchange, const char *comment)
{
    g_autofree char *text = g_strdup_printf(": %s\n\n", comment);

    event_stream_write(exchange, text);
}

void event_stream_start(YtopsHttpExchange *exchange, const char *comment)
{
    ytops_http_exchange_set_header(exchange, "Content-Type", "text/event-stream");
    ytops_http_exchange_set_header(exchange, "Cache-Control", "no-store");
    ytops_http_exchange_start(exchange, 200, -1);
    write_comment(exchange, comment);
}

void event_stream_write(YtopsHttpExchange *exchange, const char *text)
{
    g_autoptr(GBytes) piece = g_bytes_new(text, strlen(text));

    ytops_http_exchange_write(exchange, piece);
}

void event_stream_keep_alive(YtopsHttpExchange *exchange)
{
    write_comment(exchange, "still here");
}
