/* What every fuzz program here defines. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Tries one input; returns 0. What must not be, must abort (g_assert_*). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
