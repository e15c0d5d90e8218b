/*
 * A runner with a warm yt-dlp process, replaced when it has served its jobs, has grown, was killed,
 * died or broke the protocol.
 *
 *   none --start--> warm --job--> warm
 *    ^ ^             |
 *    | +-------------+ too many jobs, too big, killed, dead, broken
 *    +-- a start failed: none is tried again before its delay (1 s, doubling up to 30 s) is over
 */
#pragma once

#include "runner.h"

/* Strings are copied. max_jobs and max_rss_mib 0: no limit. */
Runner *warm_runner_new(const char *python, const char *script, guint max_jobs, guint max_rss_mib);
