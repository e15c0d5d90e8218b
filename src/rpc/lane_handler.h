/* The methods of WorkService that are about the built-in lanes. */
#pragma once

#include "ytops_work_service.h"

/* Its part of the class. */
void lane_handler_fill(YtopsWorkServiceHandlerClass *service);
