/*
 * The values of yt-dlp's --extractor-args, gathered from several places. Pure.
 *
 * Of two values for one extractor yt-dlp keeps only the later, so they are merged here argument by
 * argument, and each extractor is named once.
 */
#pragma once

#include <glib.h>

typedef struct ExtractorArgs ExtractorArgs;

ExtractorArgs *extractor_args_new(void);
void extractor_args_free(ExtractorArgs *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExtractorArgs, extractor_args_free)

/*
 * Takes in a value "EXTRACTOR:ARG=A,B;ARG=C"; an argument that is there already is replaced. FALSE,
 * with nothing taken in, where it has no extractor's name.
 */
gboolean extractor_args_add(ExtractorArgs *args, const char *value);

/* Sets one argument to "A,B". */
void extractor_args_set(ExtractorArgs *args, const char *extractor, const char *name,
                        const char *value);

/* What the argument is set to, owned by args; NULL where it is not. */
const char *extractor_args_get(const ExtractorArgs *args, const char *extractor, const char *name);

/* Appends "--extractor-args=EXTRACTOR:..." for each extractor, in the order they first came. */
void extractor_args_append_to(const ExtractorArgs *args, GPtrArray *command);
