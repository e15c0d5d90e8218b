/* The commands that are made, run: by each yt-dlp that is installed, against a web server. */
#include "temporary_directory.h"
#include "tokens/request_params.h"
#include "tokens/ytdlp_command.h"
#include "ytdlp_versions.h"
#include "ytops/json.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTENT "not truly a film"

typedef struct {
    GPid pid;
    guint port;
} WebServer;

/* It says its port on its standard output, and serves the folder until it is ended. */
static WebServer web_server_start(const char *folder)
{
    static const char script[] =
        "import http.server, functools, sys\n"
        "handler = functools.partial(http.server.SimpleHTTPRequestHandler,"
        " directory=sys.argv[1])\n"
        "server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)\n"
        "print(server.server_port, flush=True)\n"
        "server.serve_forever()";
    char *argv[] = {(char *)"/usr/bin/python3", (char *)"-c", (char *)script, (char *)folder, NULL};
    WebServer server = {0, 0};
    char line[16] = {0};
    gsize length = 0;
    int out = -1;

    g_assert_true(g_spawn_async_with_pipes(NULL, argv, NULL,
                                           G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                           NULL, NULL, &server.pid, NULL, &out, NULL, NULL));
    while (strchr(line, '\n') == NULL) {
        gssize got = read(out, line + length, sizeof line - 1 - length);

        g_assert_cmpint((int)got, >, 0);
        length += (gsize)got;
    }
    close(out);
    server.port = (guint)g_ascii_strtoull(line, NULL, 10);
    return server;
}

static void web_server_stop(const WebServer *server)
{
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
    g_spawn_close_pid(server->pid);
}

static int file_open(const char *folder, const char *name, int flags)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    int fd = open(path, flags | O_CLOEXEC, 0600);

    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static char *file_read(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void file_write(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Runs the command in the folder, `input` on its standard input; gives its standard output. */
static char *run(char **argv, const char *folder, const char *input)
{
    int fds[3];
    int status = 0;
    GPid pid = 0;

    file_write(folder, "stdin", input);
    fds[0] = file_open(folder, "stdin", O_RDONLY);
    fds[1] = file_open(folder, "stdout", O_WRONLY | O_CREAT | O_TRUNC);
    fds[2] = file_open(folder, "stderr", O_WRONLY | O_CREAT | O_TRUNC);
    g_assert_true(g_spawn_async_with_fds(folder, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                         &pid, fds[0], fds[1], fds[2], NULL));
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
    if (status != 0) {
        g_autofree char *words = g_strjoinv(" ", argv);
        g_autofree char *errors = file_read(folder, "stderr");

        g_error("%s ended with %d: %s", words, status, errors);
    }
    return file_read(folder, "stdout");
}

typedef struct {
    TemporaryDirectory *media;
    TemporaryDirectory *work;
    char *work_path;
    char *url;
    WebServer server;
    GPtrArray *versions;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    g_autofree char *media_path = NULL;

    (void)data;
    fixture->media = temporary_directory_new();
    fixture->work = temporary_directory_new();
    fixture->work_path = temporary_directory_path(fixture->work, NULL);
    media_path = temporary_directory_path(fixture->media, NULL);
    file_write(media_path, "film.mp4", CONTENT);
    fixture->server = web_server_start(media_path);
    fixture->url = g_strdup_printf("http://127.0.0.1:%u/film.mp4", fixture->server.port);
    fixture->versions = ytdlp_versions();
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    web_server_stop(&fixture->server);
    temporary_directory_remove(fixture->media);
    temporary_directory_remove(fixture->work);
    g_free(fixture->work_path);
    g_free(fixture->url);
    g_ptr_array_unref(fixture->versions);
}

static void assert_is_info(const char *text, const char *url)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(YtopsJson) info = ytops_json_parse(text, -1, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(ytops_json_get_string(info, "webpage_url"), ==, url);
}

static void download(const Fixture *fixture, const YtdlpVersion *version, const char *info)
{
    static const char *const options[] = {"--socket-timeout=20", "--user-agent=it's me", NULL};
    g_auto(GStrv) command = ytdlp_command_download(version->program, NULL, options, NULL);
    g_autofree char *path = g_build_filename(fixture->work_path, "film [film].mp4", NULL);
    g_autofree char *out = NULL;
    g_autofree char *content = NULL;

    file_write(fixture->work_path, "info.json", info);
    out = run(command, fixture->work_path, "");
    content = file_read(fixture->work_path, "film [film].mp4");
    g_assert_cmpstr(content, ==, CONTENT);
    g_assert_cmpint(unlink(path), ==, 0);
}

/* The command runner's way: options by standard input, the info.json on standard output. */
static void the_commands_extract_and_download(Fixture *fixture, gconstpointer data)
{
    static const char *const options[] = {"--add-headers=X-Odd:a 'b' \"c\" \\d #e $f", NULL};
    g_autofree char *cookies = g_build_filename(fixture->work_path, "cookies.txt", NULL);
    YtdlpExtraction extraction = {
        .url = fixture->url, .cookies_path = cookies, .clients = "web", .request_args = options};

    (void)data;
    file_write(fixture->work_path, "cookies.txt", "# Netscape HTTP Cookie File\n\n");
    for (guint i = 0; i < fixture->versions->len; i++) {
        const YtdlpVersion *version = g_ptr_array_index(fixture->versions, i);
        g_autofree char *input = NULL;
        g_auto(GStrv) command = ytdlp_command_extraction(version->program, &extraction, &input);
        g_autofree char *out = run(command, fixture->work_path, input);

        assert_is_info(out, fixture->url);
        g_assert_nonnull(strstr(out, "a 'b' \\\"c\\\" \\\\d #e $f"));
        download(fixture, version, out);
    }
}

/* The warm worker's way: what parse_options makes of the arguments. */
static char *parsed_options(const Fixture *fixture, const YtdlpVersion *version,
                            const YtdlpExtraction *extraction)
{
    static const char script[] =
        "import sys, yt_dlp\n"
        "parsed = yt_dlp.parse_options(sys.argv[1:])\n"
        "o = parsed.ydl_opts\n"
        "print(parsed.urls, o['proxy'], o['format'], o['retries'], o['simulate'], "
        "o['noplaylist'],\n"
        "      o['extractor_args'], o['dump_single_json'], sorted(h.lower() for h in "
        "o['http_headers']), end='')";
    g_auto(GStrv) args = ytdlp_command_extraction_args(extraction);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();

    g_ptr_array_add(argv, version->python);
    g_ptr_array_add(argv, (gpointer) "-c");
    g_ptr_array_add(argv, (gpointer)script);
    for (gsize i = 0; args[i] != NULL; i++)
        g_ptr_array_add(argv, args[i]);
    g_ptr_array_add(argv, NULL);
    return run((char **)argv->pdata, fixture->work_path, "");
}

static void every_key_is_known_to_every_version(Fixture *fixture, gconstpointer data)
{
    static const char document[] =
        "{\"format\":\"18\",\"format_sort\":\"res:720\",\"prefer_free_formats\":true,"
        "\"live_from_start\":true,\"ignore_no_formats\":true,\"subtitle_langs\":[\"en\"],"
        "\"auto_subtitles\":true,\"comments\":true,\"playlist\":true,\"flat_playlist\":true,"
        "\"playlist_items\":\"1:3,7\",\"age_limit\":18,\"user_agent\":\"-x\",\"referer\":"
        "\"http://r/\",\"headers\":{\"X-A\":\"1\"},\"geo_bypass\":true,"
        "\"geo_bypass_country\":\"DE\",\"socket_timeout_s\":30,\"retries\":2,"
        "\"extractor_retries\":1,\"sleep_requests_s\":0,\"force_ipv4\":true,"
        "\"force_ipv6\":false,\"no_cache\":false,"
        "\"extractor_args\":{\"youtube\":{\"player_skip\":[\"js\",\"configs\"]}}}";
    g_autoptr(GError) error = NULL;
    RequestParams params;
    YtdlpExtraction extraction = {.url = "--exec=reboot", .proxy_url = "socks5://u:p@h:1"};
    const RequestParam *row;

    (void)data;
    for (gsize i = 0; (row = request_params_describe(i)) != NULL; i++)
        g_assert_nonnull(strstr(document, row->key));
    g_assert_true(request_params_parse(document, &params, &error));
    g_assert_no_error(error);
    extraction.request_args = (const char *const *)params.ytdlp_args;
    for (guint i = 0; i < fixture->versions->len; i++) {
        g_autofree char *parsed =
            parsed_options(fixture, g_ptr_array_index(fixture->versions, i), &extraction);

        g_assert_cmpstr(parsed, ==,
                        "['--exec=reboot'] socks5://u:p@h:1 18 2 True False "
                        "{'youtube': {'player_skip': ['js', 'configs']}} True "
                        "['referer', 'user-agent', 'x-a']");
    }
    request_params_clear(&params);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/ytdlp-run/extract-and-download", Fixture, NULL, set_up,
               the_commands_extract_and_download, tear_down);
    g_test_add("/ytdlp-run/keys", Fixture, NULL, set_up, every_key_is_known_to_every_version,
               tear_down);
    return g_test_run();
}
