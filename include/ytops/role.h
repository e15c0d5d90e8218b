/* Which part of the API a server instance serves (--service-role). */
#pragma once

#include <glib.h>

typedef enum { YTOPS_ROLE_ALL_IN_ONE, YTOPS_ROLE_MANAGEMENT, YTOPS_ROLE_WORKER } YtopsRole;

/* "all-in-one", "management", "worker". Static. */
const char *ytops_role_to_string(YtopsRole role);
gboolean ytops_role_from_string(const char *name, YtopsRole *role);
