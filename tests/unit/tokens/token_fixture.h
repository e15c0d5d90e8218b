/*
 * What the tests of token jobs share: a web server with media, a SOCKS5 proxy, a folder of their own.
 * Everything listens on loopback and ends with the fixture. Any failure aborts the test.
 */
#pragma once

#include <glib.h>

#include "ytops/process.h"

/* A folder of its own. */
char *test_folder_new(void);

/* Deletes it with what is in it, and frees the name. */
void test_folder_free(char *folder);

/* A file in it; free the path with g_free. */
char *test_folder_write(const char *folder, const char *name, const char *text);

/* The file's text; "" where there is none. Free with g_free. */
char *test_folder_read(const char *folder, const char *name);

/* Whether there is such a file. */
gboolean test_folder_has(const char *folder, const char *name);

/* A port of loopback on which nobody listens. */
guint16 test_free_port(void);

/* A listening socket on loopback that accepts connections and never answers. */
int test_silent_server(guint16 *port);

/* A web server on the folder's files, and its port. */
YtopsProcess *test_web_server(const char *folder, guint16 *port);

/* microsocks without a password, and its port. */
YtopsProcess *test_socks_proxy(guint16 *port);

/* Polls the condition until it is TRUE, and fails the test where it never is. */
#define test_await(condition)                                                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gint64 test_until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;                          \
        while (!(condition)) {                                                                     \
            g_assert_cmpint(g_get_monotonic_time(), <, test_until);                                \
            g_usleep(2000);                                                                        \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END

/* Whether a process with that pid exists and is no zombie. */
gboolean test_process_runs(pid_t pid);

/* A link in the folder to the misbehaving worker; free with g_free. */
char *test_worker_double(const char *folder, const char *name);

/* The worker script itself, and its interpreter. */
#define TEST_WORKER_SCRIPT YTOPS_SOURCE_DIR "/src/tokens/libexec/ytdlp_worker.py"
const char *test_python(void);
