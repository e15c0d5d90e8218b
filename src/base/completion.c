#include "ytops/completion.h"

#include "completion_scripts.h"

static const char *const names[] = {"bash", "zsh", "fish", NULL};
G_STATIC_ASSERT(G_N_ELEMENTS(names) == YTOPS_SHELL_N + 1);

const char *const *ytops_shell_names(void)
{
    return names;
}

gboolean ytops_shell_from_string(const char *name, YtopsShell *shell)
{
    for (guint i = 0; i < YTOPS_SHELL_N; i++) {
        if (g_strcmp0(name, names[i]) == 0) {
            *shell = i;
            return TRUE;
        }
    }
    return FALSE;
}

char *ytops_completion_script(YtopsShell shell, const char *program, const GArray *commands)
{
    GString *script = g_string_new(NULL);

    switch (shell) {
    case YTOPS_SHELL_BASH:
        completion_append_bash(script, program, commands);
        break;
    case YTOPS_SHELL_ZSH:
        completion_append_zsh(script, program, commands);
        break;
    case YTOPS_SHELL_FISH:
        completion_append_fish(script, program, commands);
        break;
    case YTOPS_SHELL_N:
        g_assert_not_reached();
    }
    return g_string_free(script, FALSE);
}
