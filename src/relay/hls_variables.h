/*
 * Variables of a playlist: EXT-X-DEFINE names them, {$name} in a later line stands for the value.
 *
 * One that is imported from the master playlist is not known here.
 */
#pragma once

#include <glib.h>

typedef struct HlsVariables HlsVariables;

HlsVariables *hls_variables_new(void);
void hls_variables_free(HlsVariables *variables);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HlsVariables, hls_variables_free)

/* Copies both. The first definition of a name stays, as the format forbids another. */
void hls_variables_define(HlsVariables *variables, const char *name, const char *value);

/* Defines `name` as that parameter of a query string (NULL: none); not where it lacks it. */
void hls_variables_define_from_query(HlsVariables *variables, const char *name, const char *query);

/*
 * The text with its variables replaced, once: what a value holds is not looked at again. NULL
 * where one is not known, or the text grows past HLS_PLAYLIST_LINE_LIMIT. Free with g_free.
 */
char *hls_variables_replace(const HlsVariables *variables, const char *text);
