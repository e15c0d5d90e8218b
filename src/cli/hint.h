/* What a person can do about an error. Pure. */
#pragma once

#include "ytops/error.h"

/* One sentence; NULL where the message itself says it, or nothing can be done. Static. */
const char *cli_hint(YtopsErrorCode code);
