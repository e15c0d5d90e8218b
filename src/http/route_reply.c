#include "route_reply.h"

void route_reply_take(YtopsHttpExchange *exchange, guint status, YtopsJson *json)
{
    ytops_http_exchange_respond_json(exchange, status, json);
    ytops_json_unref(json);
}

void route_reply_refuse(YtopsHttpExchange *exchange, const GError *error)
{
    ytops_http_exchange_respond_error(exchange, 0, error, ytops_error_get_context(error, "field"));
}
