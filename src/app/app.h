/*
 * The daemon as one object: owns every part, builds them in layer order, takes them apart in the
 * opposite one.
 */
#pragma once

#include "ytops/config.h"

typedef struct App App;

/*
 * Builds and starts everything. `config` must outlive the app. Errors: INVALID_ARGUMENT for a
 * setting that cannot work (the message names its flag), INTERNAL for what could not be started.
 */
App *app_new(const YtopsConfig *config, GError **error);

/* Serves until SIGTERM or SIGINT, then drains; SIGHUP reads the log level again. */
void app_run(App *app);

/* NULL is fine. */
void app_free(App *app);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(App, app_free)
