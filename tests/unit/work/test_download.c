#include "work/download.h"

#include <string.h>

#include "temporary_directory.h"
#include "ytops/error.h"

#define SECRET "socks5://user:s3cret@h:1"

static void ours_come_after_the_tokens_options_and_replace_its_file(void)
{
    static const char *const command[] = {"yt-dlp",
                                          "--load-info-json=info.json",
                                          "--no-check-certificates",
                                          "--format=22",
                                          "--proxy=" SECRET,
                                          NULL};
    Download download = {
        .ytdlp = "yt-dlp",
        .token_command = command,
        .info_path = "/tmp/it's here/info.json",
        .media_dir = "/tmp/m",
        .format = "18",
        .ffmpeg = "/opt/ffmpeg",
    };
    g_autofree char *config = download_config(&download);
    g_auto(GStrv) lines = g_strsplit(config, "\n", -1);
    const char *const *options = (const char *const *)lines;

    g_assert_true(g_strv_contains(options, "'--no-check-certificates'"));
    g_assert_true(g_strv_contains(options, "'--proxy=" SECRET "'"));
    g_assert_true(g_strv_contains(options, "'--paths=home:/tmp/m'"));
    g_assert_true(g_strv_contains(options, "'--ffmpeg-location=/opt/ffmpeg'"));
    g_assert_null(strstr(config, "--load-info-json=info.json"));
    g_assert_nonnull(strstr(config, "--load-info-json=/tmp/it'\\''s here/info.json"));
    g_assert_nonnull(strstr(strstr(config, "--format=22"), "--format=18"));
}

static void without_a_format_the_tokens_own_stands(void)
{
    static const char *const command[] = {"yt-dlp", "--format=22", NULL};
    Download download = {
        .token_command = command, .info_path = "i", .media_dir = "m", .format = "", .ffmpeg = ""};
    g_autofree char *config = download_config(&download);

    g_assert_nonnull(strstr(config, "'--format=22'\n"));
    g_assert_cmpstr(g_strrstr(config, "--format="), ==, strstr(config, "--format="));
    g_assert_null(strstr(config, "--ffmpeg-location"));
}

static void a_token_without_a_command_is_no_matter(void)
{
    static const char *const empty[] = {NULL};
    Download download = {.info_path = "i", .media_dir = "m", .format = "", .ffmpeg = ""};
    g_autofree char *none = download_config(&download);
    g_autofree char *nothing = NULL;

    download.token_command = empty;
    nothing = download_config(&download);
    g_assert_cmpstr(none, ==, nothing);
    g_assert_true(g_str_has_prefix(none, "'--load-info-json=i'\n"));
}

/* The code of the error that a yt-dlp leads to which says this and ends with status 1. */
static YtopsErrorCode code_of(const char *words)
{
    TemporaryDirectory *folder = temporary_directory_new();
    g_autofree char *path = temporary_directory_path(folder, "yt-dlp");
    g_autofree char *script = g_strdup_printf("#!/bin/sh\necho '%s' >&2\nexit 1\n", words);
    Download download = {
        .ytdlp = path, .info_path = "i", .media_dir = "m", .format = "", .ffmpeg = ""};
    YtopsJobLimits limits;
    Tool tool = {.limits = &limits};
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    ytops_job_limits_init(&limits, 30000, -1);
    g_assert_false(download_run(&download, &tool, &error));
    temporary_directory_remove(folder);
    return ytops_error_get_code(error);
}

static void a_disk_that_takes_nothing_is_not_the_videos_fault(void)
{
    g_assert_cmpint(code_of("ERROR: unable to write data: [Errno 28] No space left on device"), ==,
                    YTOPS_ERROR_INTERNAL);
    g_assert_cmpint(code_of("ERROR: unable to open for writing: [Errno 30] Read-only file system"),
                    ==, YTOPS_ERROR_INTERNAL);
    g_assert_cmpint(code_of("ERROR: Postprocessing: av_interleaved_write_frame(): "
                            "Disk quota exceeded"),
                    ==, YTOPS_ERROR_INTERNAL);
    g_assert_cmpint(code_of("WARNING: No space left on device\nERROR: something else"), ==,
                    YTOPS_ERROR_DOWNLOAD_FAILED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/download/order", ours_come_after_the_tokens_options_and_replace_its_file);
    g_test_add_func("/download/format", without_a_format_the_tokens_own_stands);
    g_test_add_func("/download/no-command", a_token_without_a_command_is_no_matter);
    g_test_add_func("/download/disk", a_disk_that_takes_nothing_is_not_the_videos_fault);
    return g_test_run();
}
