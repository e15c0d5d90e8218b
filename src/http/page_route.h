/* GET /: the page, one text with its style and script in it and nothing from elsewhere. */
#pragma once

#include "ytops/http_server.h"

typedef struct PageRoute PageRoute;

PageRoute *page_route_add(YtopsHttpServer *server);

/* After the server was closed. */
void page_route_free(PageRoute *page);
