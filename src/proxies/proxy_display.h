/*
 * A proxy's URL for people, also where it is malformed: what stands between the first colon behind
 * the scheme and the last @ becomes ***. ytops_redact() finds well-formed URLs inside any text; this
 * one knows that the whole text is meant as one URL, so nothing of a mangled password slips through.
 */
#pragma once

#include <glib.h>

/* NULL is shown as "". Free with g_free. */
char *proxy_display(const char *text);
