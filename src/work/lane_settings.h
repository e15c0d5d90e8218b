/*
 * What all lanes of a crew work with. Immutable once made, but for the descriptor becoming readable.
 */
#pragma once

#include "info_shelf.h"
#include "ytops/lane_crew.h"

typedef struct {
    YtopsLaneOptions options; /* its strings are the settings' own */
    YtopsLaneParts parts;
    YtopsWorkPool *pool; /* NULL where the options hold none, or a bad one */
    char **formats;      /* of an AUTH lane; never empty */
    InfoShelf *shelf;
    int cancel_fd; /* readable once every lane is to end at once */
} LaneSettings;

/* INTERNAL where no descriptor can be had. */
LaneSettings *lane_settings_new(const YtopsLaneOptions *options, const YtopsLaneParts *parts,
                                GError **error);
void lane_settings_free(LaneSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LaneSettings, lane_settings_free)

/*
 * Whether a lane can work with these, on that queue. INVALID_ARGUMENT, naming the flag. Makes the
 * download folder and sweeps what killed lanes left there.
 */
gboolean lane_settings_check(const LaneSettings *settings, const char *queue, GError **error);
