/*
 * Ends the process on SIGTERM or SIGINT while it still starts: the main thread, which takes them
 * later (signals.h), waits for the private Redis then, for as long as that reads its data. Nothing is
 * in work yet; the children end with this process.
 */
#pragma once

#include <glib.h>

typedef struct EarlyStop EarlyStop;

/* The signals are blocked. NULL, and a line in the log, where it cannot be done. */
EarlyStop *early_stop_new(void);

/* From here on the signals wait for the main thread. NULL is fine. */
void early_stop_free(EarlyStop *stop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EarlyStop, early_stop_free)
