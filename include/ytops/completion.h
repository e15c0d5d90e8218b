/*
 * Completion scripts for shells, made from a description of a program's command line. Pure.
 */
#pragma once

#include <glib.h>

/* An option, without its dashes. Everything is borrowed. */
typedef struct {
    const char *name;
    const char *help;
    gboolean takes_value;
    const char *const
        *choices; /* of the value, NULL-terminated; NULL: any, a file name is offered */
} YtopsCompletionOption;

/* A command of one or two words, or the program itself. */
typedef struct {
    const char *noun; /* NULL: the program has no commands, and this is it */
    const char *verb; /* NULL: the noun needs none */
    const char *help;
    GPtrArray *options; /* of borrowed YtopsCompletionOption * */
} YtopsCompletionCommand;

typedef enum { YTOPS_SHELL_BASH, YTOPS_SHELL_ZSH, YTOPS_SHELL_FISH, YTOPS_SHELL_N } YtopsShell;

/* "bash", "zsh", "fish", NULL. */
const char *const *ytops_shell_names(void);

/* FALSE where there is none of that name. */
gboolean ytops_shell_from_string(const char *name, YtopsShell *shell);

/* The script; `commands` has YtopsCompletionCommand, those of one noun one after the other. g_free. */
char *ytops_completion_script(YtopsShell shell, const char *program, const GArray *commands);
