/*
 * A service's own copy of its options.
 */
#pragma once

#include "ytops/token_service.h"

typedef struct {
    YtopsTokenOptions options; /* its strings belong to this struct, and none is NULL but the two
                                  that may be */
    char **ytdlp_args;         /* the same as options.ytdlp_args */
} TokenSettings;

/* INVALID_ARGUMENT that names the option for no worker, no deadline, or a missing script. */
TokenSettings *token_settings_new(const YtopsTokenOptions *options, GError **error);
void token_settings_free(TokenSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TokenSettings, token_settings_free)
