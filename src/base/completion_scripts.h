/* One writer for each shell; they share the walk over the commands. */
#pragma once

#include "ytops/completion.h"

void completion_append_bash(GString *script, const char *program, const GArray *commands);
void completion_append_zsh(GString *script, const char *program, const GArray *commands);
void completion_append_fish(GString *script, const char *program, const GArray *commands);

/* The command at that index. */
const YtopsCompletionCommand *completion_command(const GArray *commands, guint index);

/* Whether it is the first of its noun. */
gboolean completion_begins_noun(const GArray *commands, guint index);

/* The options of all commands, each name once; free with g_ptr_array_unref. */
GPtrArray *completion_all_options(const GArray *commands);

/* "--server | --color": those of them that take a value, with that between two. Free with g_free. */
char *completion_valued_options(const GPtrArray *options, const char *between);

/* _ytdlp_ops for ytdlp-ops: the name of the script's function. Free with g_free. */
char *completion_function_name(const char *program);
