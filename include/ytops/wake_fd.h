/* A descriptor that becomes readable once it is raised, and stays so: for threads that wait with poll. */
#pragma once

#include <glib.h>

/* Not raised; -1 and INTERNAL where no descriptor is left. Closed with close(). */
int ytops_wake_fd_new(GError **error);

/* Any thread. */
void ytops_wake_fd_raise(int fd);
