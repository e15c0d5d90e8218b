/* A fresh directory under /tmp for one test, removed with all that is in it. */
#pragma once

#include <glib.h>

typedef struct TemporaryDirectory TemporaryDirectory;

TemporaryDirectory *temporary_directory_new(void);

/* A path in it, or its own for NULL. Free with g_free. */
char *temporary_directory_path(const TemporaryDirectory *directory, const char *name);

void temporary_directory_remove(TemporaryDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TemporaryDirectory, temporary_directory_remove)
