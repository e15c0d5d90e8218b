/* What the audit has recorded, as one text to compare with. Any failure aborts the test. */
#pragma once

#include "ytops/audit.h"

/* "entity name change actor (reason)" for each event, the oldest first, separated by "; ". */
char *audit_trail(YtopsRedisPool *pool);

/* Checks that this is it, and empties the stream. */
void audit_trail_assert(YtopsRedisPool *pool, const char *expected);
