/*
 * The command line of ytdlp-ops, read and checked. Pure: the environment is handed in.
 *
 * Options may stand before, between and after the words; "--" ends them. A value follows as the next
 * word or after "=". Where an option is given twice, the last one counts, but for those that the
 * grammar lets be given several times.
 */
#pragma once

#include "cli_grammar.h"
#include "ytops_relay_types.h"
#include "ytops_work_types.h"

#define CLI_DEFAULT_HOST "127.0.0.1"
#define CLI_DEFAULT_PORT 9090

typedef enum { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER } CliColor;

/* Strings are NULL where they were not given, unless noted. */
typedef struct {
    const CliCommand *command; /* NULL: none was named; only with help or version */
    const char *noun;          /* the first word, for the help on it; static */
    char *argument;
    GPtrArray *more; /* char *, the words after the argument; never NULL */
    guint64 given;   /* CLI_BITs of the options on the line */

    char *host; /* never NULL */
    guint16 port;
    CliColor color;
    gboolean json, help, version;
    gint64 timeout_s; /* 0: not given */

    gboolean all, yes, no_penalty, success;
    char *identity, *prefix, *reason;
    gint64 limit;      /* 0: all */
    gint64 duration_s; /* as the contract's durationS: 0 the server's default, -1 until unbanned */
    char *account, *proxy, *format, *clients, *params, *job, *caller, *out, *cookies_out;
    char *failure, *details;

    gboolean follow;
    char *since;
    gboolean watch;
    char *file;
    gint64 count; /* 0: not given */
    char *queue;
    YtopsQueuePart queue_part; /* counts where CLI_OPT_PART was given */

    gboolean sticky;
    char *user_agent;
    YtopsStreamKind stream_kind; /* AUTO where not given */
    GPtrArray *failover_urls;    /* char *; NULL: none */
    GHashTable *headers;         /* char * -> char *; NULL: none */
    GHashTable *metadata;        /* char * -> char *; NULL: none */
} CliOptions;

/*
 * Reads the words (without the program's name, NULL-terminated). server_env is the value of
 * YTDLP_OPS_SERVER, or NULL. INVALID_ARGUMENT says what is wrong, with which value, and what is
 * allowed: the usage error, exit code 64. With --help or --version what is missing is not missed.
 */
CliOptions *cli_options_parse(const char *const *words, const char *server_env, GError **error);
void cli_options_free(CliOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliOptions, cli_options_free)
