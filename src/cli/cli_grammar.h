/*
 * What can be said to ytdlp-ops: its commands and options, as tables. The parser, the help texts and
 * the tests read them.
 */
#pragma once

#include "ytops/completion.h"

typedef enum {
    CLI_INFO,
    CLI_PING,
    CLI_PROXIES_LIST,
    CLI_PROXIES_BAN,
    CLI_PROXIES_UNBAN,
    CLI_PROXIES_RESET,
    CLI_PROXIES_DELETE,
    CLI_ACCOUNTS_LIST,
    CLI_ACCOUNTS_BAN,
    CLI_ACCOUNTS_UNBAN,
    CLI_ACCOUNTS_RESET,
    CLI_ACCOUNTS_DELETE,
    CLI_RELAY_CREATE,
    CLI_RELAY_LIST,
    CLI_RELAY_SHOW,
    CLI_RELAY_FAILOVER,
    CLI_RELAY_DELETE,
    CLI_QUEUE_PUSH,
    CLI_QUEUE_STATUS,
    CLI_QUEUE_FAILED,
    CLI_QUEUE_REQUEUE,
    CLI_QUEUE_CLEAR,
    CLI_LANE_STATUS,
    CLI_LANE_START,
    CLI_LANE_STOP,
    CLI_TOKEN,
    CLI_REPORT,
    CLI_EVENTS,
    /* Those that ask no server: */
    CLI_COMPLETION,
    CLI_MAN
} CliCommandId;

typedef enum {
    CLI_OPT_SERVER,
    CLI_OPT_JSON,
    CLI_OPT_COLOR,
    CLI_OPT_TIMEOUT,
    CLI_OPT_HELP,
    CLI_OPT_VERSION,
    CLI_OPT_N_GLOBAL, /* those above go with every command */
    CLI_OPT_ALL = CLI_OPT_N_GLOBAL,
    CLI_OPT_IDENTITY,
    CLI_OPT_PREFIX,
    CLI_OPT_LIMIT,
    CLI_OPT_REASON,
    CLI_OPT_DURATION,
    CLI_OPT_YES,
    CLI_OPT_ACCOUNT,
    CLI_OPT_PROXY,
    CLI_OPT_FORMAT,
    CLI_OPT_CLIENTS,
    CLI_OPT_PARAMS,
    CLI_OPT_JOB,
    CLI_OPT_CALLER,
    CLI_OPT_NO_PENALTY,
    CLI_OPT_OUT,
    CLI_OPT_COOKIES_OUT,
    CLI_OPT_SUCCESS,
    CLI_OPT_FAILURE,
    CLI_OPT_DETAILS,
    CLI_OPT_FAILOVER,
    CLI_OPT_USER_AGENT,
    CLI_OPT_HEADER,
    CLI_OPT_METADATA,
    CLI_OPT_KIND,
    CLI_OPT_STICKY,
    CLI_OPT_FOLLOW,
    CLI_OPT_SINCE,
    CLI_OPT_FILE,
    CLI_OPT_WATCH,
    CLI_OPT_PART,
    CLI_OPT_COUNT,
    CLI_OPT_QUEUE,
    CLI_N_OPTS
} CliOptionId;

#define CLI_BIT(option) (G_GUINT64_CONSTANT(1) << (option))
G_STATIC_ASSERT(CLI_N_OPTS <= 64);

/* How the value of an option is read. */
typedef enum {
    CLI_VALUE_NONE, /* a gboolean: no value */
    CLI_VALUE_TEXT, /* a char *: not empty */
    CLI_VALUE_SERVER,
    CLI_VALUE_COLOR,
    CLI_VALUE_TIMEOUT,  /* a gint64 in seconds */
    CLI_VALUE_DURATION, /* the same, and until-unbanned */
    CLI_VALUE_COUNT,    /* a gint64 from 1 on */
    CLI_VALUE_JSON,     /* a char *: the text of a JSON object */
    CLI_VALUE_KIND,
    CLI_VALUE_PART,
    /* Those that may be given several times, each adding to what is there: */
    CLI_VALUE_TEXTS,   /* a GPtrArray of char *, in their order: none is empty */
    CLI_VALUE_HEADERS, /* a GHashTable, char * -> char *: "Name: value" */
    CLI_VALUE_METADATA /* a GHashTable, char * -> char *: "key=value" */
} CliValueKind;

typedef struct {
    const char *name;  /* without the dashes */
    const char *value; /* what help calls its value; NULL: it takes none */
    CliValueKind kind;
    gsize offset; /* of its field in CliOptions, where the kind names a type */
    const char *help;
} CliOption;

typedef struct {
    CliCommandId id;
    const char *noun; /* the first word */
    const char *verb; /* the second; NULL: there is none */
    /* What help calls the word after; NULL: it takes none. In brackets it may be left out, and
     * with dots at the end more may follow. */
    const char *argument;
    guint64 options; /* CLI_BITs besides the global ones */
    const char *help;
} CliCommand;

/* The row of the table; never NULL for a value of the enum. */
const CliOption *cli_option_get(CliOptionId id);

/* The row by name without dashes; CLI_N_OPTS where there is none. */
CliOptionId cli_option_find(const char *name, gsize length);

/* The command; NULL where there is none. `verb` NULL finds only a noun that needs none. */
const CliCommand *cli_command_find(const char *noun, const char *verb);

/* What its `argument` says. */
gboolean cli_command_may_go_without(const CliCommand *command);
gboolean cli_command_takes_more(const CliCommand *command);

/* The commands by number, from 0; NULL behind the last. */
const CliCommand *cli_command_at(guint index);

/* "info, ping, proxies, ..." or, with a noun, its verbs; "" where it has none. Free with g_free. */
char *cli_command_words(const char *noun);

/* The page ytdlp-ops(1), and the completion script for a shell. Free with g_free. */
char *cli_man_page(void);
char *cli_completion_script(YtopsShell shell);

/* The help text: of all (both NULL), of a noun, or of a command. Free with g_free. */
char *cli_help_text(const char *noun, const CliCommand *command);
