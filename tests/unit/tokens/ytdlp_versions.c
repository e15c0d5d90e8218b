#include "ytdlp_versions.h"

static void version_free(gpointer data)
{
    YtdlpVersion *version = data;

    g_free(version->program);
    g_free(version->python);
    g_free(version->version);
    g_free(version);
}

static char *version_of(const char *program)
{
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;

    g_assert_true(g_spawn_sync(NULL, (char *[]){(char *)program, (char *)"--version", NULL}, NULL,
                               G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, &status,
                               &error));
    g_assert_cmpint(status, ==, 0);
    return g_strdup(g_strstrip(out));
}

static void versions_add(GPtrArray *versions, const char *folder, const char *python)
{
    YtdlpVersion *version = g_new0(YtdlpVersion, 1);

    version->program = g_build_filename(folder, "yt-dlp", NULL);
    version->python = g_build_filename(folder, python, NULL);
    version->version = version_of(version->program);
    g_ptr_array_add(versions, version);
}

GPtrArray *ytdlp_versions(void)
{
    GPtrArray *versions = g_ptr_array_new_with_free_func(version_free);
    const char *named = g_getenv("YTOPS_TEST_YTDLP_VENV");
    g_autofree char *folder =
        g_build_filename(named != NULL ? named : YTOPS_SOURCE_DIR "/.venv", "bin", NULL);
    g_autofree char *program = g_build_filename(folder, "yt-dlp", NULL);

    versions_add(versions, "/usr/bin", "python3");
    if (g_file_test(program, G_FILE_TEST_IS_EXECUTABLE))
        versions_add(versions, folder, "python");
    return versions;
}
