#include "ytops/role.h"

#include <string.h>

static const char *const role_names[] = {
    [YTOPS_ROLE_ALL_IN_ONE] = "all-in-one",
    [YTOPS_ROLE_MANAGEMENT] = "management",
    [YTOPS_ROLE_WORKER] = "worker",
};

const char *ytops_role_to_string(YtopsRole role)
{
    return role_names[role];
}

gboolean ytops_role_from_string(const char *name, YtopsRole *role)
{
    for (guint i = 0; i < G_N_ELEMENTS(role_names); i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *role = (YtopsRole)i;
            return TRUE;
        }
    }
    return FALSE;
}
