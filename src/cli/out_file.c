#include "out_file.h"

#include "ytops/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Where the link at `path` ends, or `path` itself. Free with g_free. */
static char *follow_link(const char *path)
{
    char *target = realpath(path, NULL);
    char *copy = g_strdup(target != NULL ? target : path);

    free(target);
    return copy;
}

static gboolean refuse(GError **error, const char *path, const char *reason)
{
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "the file '%s' cannot be written: %s; name another file, or - for standard output",
                path, reason);
    return FALSE;
}

/* Replacing the file behind /dev/stdout would take away what was printed into it. */
static gboolean is_own_output(const GStatBuf *status)
{
    GStatBuf own;

    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fstat(fd, &own) == 0 && own.st_dev == status->st_dev && own.st_ino == status->st_ino)
            return TRUE;
    }
    return FALSE;
}

gboolean cli_out_file_check(const char *path, GError **error)
{
    g_autofree char *target = NULL;
    g_autofree char *folder = NULL;
    GStatBuf status;

    if (strcmp(path, "-") == 0)
        return TRUE;
    if (g_lstat(path, &status) == 0 && S_ISLNK(status.st_mode) && g_stat(path, &status) != 0)
        return refuse(error, path, "it is a symbolic link to nothing");
    if (g_stat(path, &status) == 0) {
        if (!S_ISREG(status.st_mode))
            return refuse(error, path, "it is not a regular file");
        if (is_own_output(&status))
            return refuse(error, path, "what this program prints already goes there");
    }
    if (path[strlen(path) - 1] == '/')
        return refuse(error, path, "it names a folder");

    target = follow_link(path);
    folder = g_path_get_dirname(target);
    if (g_access(folder, W_OK | X_OK) != 0)
        return refuse(error, path, g_strerror(errno));
    return TRUE;
}

gboolean cli_out_file_write(const char *path, const char *text, GError **error)
{
    g_autofree char *target = NULL;
    g_autoptr(GError) reason = NULL;

    if (strcmp(path, "-") == 0) {
        fputs(text, stdout);
        if (!g_str_has_suffix(text, "\n"))
            fputc('\n', stdout);
        return TRUE;
    }
    if (!cli_out_file_check(path, error))
        return FALSE;
    target = follow_link(path);
    if (g_file_set_contents_full(target, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &reason))
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INTERNAL, "the file '%s' was not written: %s", path,
                reason->message);
    return FALSE;
}
