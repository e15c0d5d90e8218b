#include "cli_grammar.h"

#include "cli_options.h"

#define FIELD(name) G_STRUCT_OFFSET(CliOptions, name)

static const CliOption OPTIONS[CLI_N_OPTS] = {
    [CLI_OPT_SERVER] = {"server", "HOST:PORT", CLI_VALUE_SERVER, 0,
                        "the server to ask (default 127.0.0.1:9090, or YTDLP_OPS_SERVER)"},
    [CLI_OPT_JSON] = {"json", NULL, CLI_VALUE_NONE, FIELD(json),
                      "print one JSON document, for programs"},
    [CLI_OPT_COLOR] = {"color", "WHEN", CLI_VALUE_COLOR, 0,
                       "auto, always or never (default auto; NO_COLOR is honoured)"},
    [CLI_OPT_TIMEOUT] = {"timeout", "TIME", CLI_VALUE_TIMEOUT, FIELD(timeout_s),
                         "how long to wait for an answer (default 30s; token: the job's own "
                         "deadline, default the server's)"},
    [CLI_OPT_HELP] = {"help", NULL, CLI_VALUE_NONE, FIELD(help), "show this text"},
    [CLI_OPT_VERSION] = {"version", NULL, CLI_VALUE_NONE, FIELD(version), "show the version"},
    [CLI_OPT_ALL] = {"all", NULL, CLI_VALUE_NONE, FIELD(all), "every one instead of a single one"},
    [CLI_OPT_IDENTITY] = {"identity", "ID", CLI_VALUE_TEXT, FIELD(identity),
                          "the server identity whose proxies are meant (default: the server's "
                          "own; on the management role all)"},
    [CLI_OPT_PREFIX] = {"prefix", "TEXT", CLI_VALUE_TEXT, FIELD(prefix),
                        "every account whose id starts so"},
    [CLI_OPT_LIMIT] = {"limit", "N", CLI_VALUE_COUNT, FIELD(limit),
                       "at most so many (default: all accounts, all failures, 1000 events)"},
    [CLI_OPT_REASON] = {"reason", "TEXT", CLI_VALUE_TEXT, FIELD(reason),
                        "why, as the lists show it"},
    [CLI_OPT_DURATION] = {"duration", "TIME", CLI_VALUE_DURATION, FIELD(duration_s),
                          "55m, 1h, 1h30m, 2d or until-unbanned (default: the server's)"},
    [CLI_OPT_YES] = {"yes", NULL, CLI_VALUE_NONE, FIELD(yes),
                     "do not ask on a terminal before it is done"},
    [CLI_OPT_ACCOUNT] = {"account", "ID", CLI_VALUE_TEXT, FIELD(account), "the account to use"},
    [CLI_OPT_PROXY] = {"proxy", "URL", CLI_VALUE_TEXT, FIELD(proxy),
                       "the proxy; its password may be written as ***"},
    [CLI_OPT_FORMAT] = {"format", "FORMAT", CLI_VALUE_TEXT, FIELD(format),
                        "with --account: which format of the page, as yt-dlp takes it (default: "
                        "the best single one with sound and picture)"},
    [CLI_OPT_CLIENTS] = {"clients", "LIST", CLI_VALUE_TEXT, FIELD(clients),
                         "player clients for the extractor, comma-separated"},
    [CLI_OPT_PARAMS] = {"params", "JSON", CLI_VALUE_JSON, FIELD(params),
                        "further request parameters, a JSON object"},
    [CLI_OPT_JOB] = {"job", "ID", CLI_VALUE_TEXT, FIELD(job), "the job's id"},
    [CLI_OPT_CALLER] = {"caller", "ID", CLI_VALUE_TEXT, FIELD(caller), "who asks, for the logs"},
    [CLI_OPT_NO_PENALTY] = {"no-penalty", NULL, CLI_VALUE_NONE, FIELD(no_penalty),
                            "count the outcome, but ban and rest nobody for it"},
    [CLI_OPT_OUT] = {"out", "FILE", CLI_VALUE_TEXT, FIELD(out),
                     "write the info.json there and print the command that downloads from it"},
    [CLI_OPT_COOKIES_OUT] = {"cookies-out", "FILE", CLI_VALUE_TEXT, FIELD(cookies_out),
                             "write the account's cookies there"},
    [CLI_OPT_SUCCESS] = {"success", NULL, CLI_VALUE_NONE, FIELD(success), "the use went well"},
    [CLI_OPT_FAILURE] = {"failure", "CODE", CLI_VALUE_TEXT, FIELD(failure),
                         "it failed, with this error code (MEDIA_403, say)"},
    [CLI_OPT_DETAILS] = {"details", "TEXT", CLI_VALUE_TEXT, FIELD(details), "what was seen"},
    [CLI_OPT_FAILOVER] = {"failover", "URL", CLI_VALUE_TEXTS, FIELD(failover_urls),
                          "where to go on when the URL fails; may be given several times, in the "
                          "order in which they are tried"},
    [CLI_OPT_USER_AGENT] = {"user-agent", "TEXT", CLI_VALUE_TEXT, FIELD(user_agent),
                            "what the upstream is told (default: the server's)"},
    [CLI_OPT_HEADER] = {"header", "'NAME: VALUE'", CLI_VALUE_HEADERS, FIELD(headers),
                        "a header for the upstream; may be given several times"},
    [CLI_OPT_METADATA] = {"metadata", "KEY=VALUE", CLI_VALUE_METADATA, FIELD(metadata),
                          "kept with the stream; may be given several times"},
    [CLI_OPT_KIND] = {"kind", "KIND", CLI_VALUE_KIND, 0,
                      "auto, live, vod or hls (default auto: by the URL and the answer)"},
    [CLI_OPT_STICKY] = {"sticky", NULL, CLI_VALUE_NONE, FIELD(sticky),
                        "after a redirect stay on that backend while it works (default: the "
                        "server's)"},
    [CLI_OPT_FOLLOW] = {"follow", NULL, CLI_VALUE_NONE, FIELD(follow),
                        "go on printing what comes, until it is interrupted"},
    [CLI_OPT_SINCE] = {"since", "EVENT_ID", CLI_VALUE_TEXT, FIELD(since),
                       "only what came after that event"},
    [CLI_OPT_FILE] = {"file", "FILE", CLI_VALUE_TEXT, FIELD(file),
                      "take the URLs from there, one a line; - is standard input"},
    [CLI_OPT_WATCH] = {"watch", NULL, CLI_VALUE_NONE, FIELD(watch),
                       "show how the queue drains, until it has"},
    [CLI_OPT_PART] = {"part", "PART", CLI_VALUE_PART, 0,
                      "what to delete: inbox (what waits), result or fail"},
    [CLI_OPT_COUNT] = {"count", "N", CLI_VALUE_COUNT, FIELD(count), "so many (default 1)"},
    [CLI_OPT_QUEUE] = {"queue", "QUEUE", CLI_VALUE_TEXT, FIELD(queue), "every lane of that queue"},
};

#define ON_PROXIES (CLI_BIT(CLI_OPT_ALL) | CLI_BIT(CLI_OPT_IDENTITY) | CLI_BIT(CLI_OPT_YES))
#define ON_ACCOUNTS (CLI_BIT(CLI_OPT_ALL) | CLI_BIT(CLI_OPT_PREFIX) | CLI_BIT(CLI_OPT_YES))
#define A_BAN (CLI_BIT(CLI_OPT_REASON) | CLI_BIT(CLI_OPT_DURATION))
#define A_TOKEN                                                                                    \
    (CLI_BIT(CLI_OPT_ACCOUNT) | CLI_BIT(CLI_OPT_PROXY) | CLI_BIT(CLI_OPT_CLIENTS) |                \
     CLI_BIT(CLI_OPT_PARAMS) | CLI_BIT(CLI_OPT_JOB) | CLI_BIT(CLI_OPT_CALLER) |                    \
     CLI_BIT(CLI_OPT_NO_PENALTY) | CLI_BIT(CLI_OPT_OUT) | CLI_BIT(CLI_OPT_COOKIES_OUT))
#define A_REPORT                                                                                   \
    (CLI_BIT(CLI_OPT_JOB) | CLI_BIT(CLI_OPT_ACCOUNT) | CLI_BIT(CLI_OPT_PROXY) |                    \
     CLI_BIT(CLI_OPT_SUCCESS) | CLI_BIT(CLI_OPT_FAILURE) | CLI_BIT(CLI_OPT_DETAILS))

#define A_STREAM                                                                                   \
    (CLI_BIT(CLI_OPT_FAILOVER) | CLI_BIT(CLI_OPT_USER_AGENT) | CLI_BIT(CLI_OPT_HEADER) |           \
     CLI_BIT(CLI_OPT_METADATA) | CLI_BIT(CLI_OPT_PROXY) | CLI_BIT(CLI_OPT_KIND) |                  \
     CLI_BIT(CLI_OPT_STICKY) | CLI_BIT(CLI_OPT_ACCOUNT) | CLI_BIT(CLI_OPT_FORMAT))

static const CliCommand COMMANDS[] = {
    {CLI_INFO, "info", NULL, NULL, 0, "what server answers, and how it is"},
    {CLI_PING, "ping", NULL, NULL, 0, "succeed when the server can take work"},
    {CLI_PROXIES_LIST, "proxies", "list", NULL, CLI_BIT(CLI_OPT_IDENTITY),
     "every proxy, its state and whose turn it is"},
    {CLI_PROXIES_BAN, "proxies", "ban", "PROXY_URL", ON_PROXIES | A_BAN, "take out of rotation"},
    {CLI_PROXIES_UNBAN, "proxies", "unban", "PROXY_URL", ON_PROXIES,
     "back to ACTIVE; its failure history is deleted"},
    {CLI_PROXIES_RESET, "proxies", "reset", "PROXY_URL", ON_PROXIES,
     "like unban, and its counters are cleared"},
    {CLI_PROXIES_DELETE, "proxies", "delete", "PROXY_URL", ON_PROXIES,
     "forget its state and history in Redis"},
    {CLI_ACCOUNTS_LIST, "accounts", "list", NULL, CLI_BIT(CLI_OPT_PREFIX) | CLI_BIT(CLI_OPT_LIMIT),
     "every account and its state"},
    {CLI_ACCOUNTS_BAN, "accounts", "ban", "ACCOUNT_ID", ON_ACCOUNTS | A_BAN,
     "keep from being selected"},
    {CLI_ACCOUNTS_UNBAN, "accounts", "unban", "ACCOUNT_ID", ON_ACCOUNTS, "end a ban or a rest"},
    {CLI_ACCOUNTS_RESET, "accounts", "reset", "ACCOUNT_ID", ON_ACCOUNTS,
     "like unban, and its counters are cleared"},
    {CLI_ACCOUNTS_DELETE, "accounts", "delete", "ACCOUNT_ID", ON_ACCOUNTS,
     "forget its state in Redis"},
    {CLI_RELAY_CREATE, "relay", "create", "URL", A_STREAM,
     "relay a URL or, with --account, a page; its id and path"},
    {CLI_RELAY_LIST, "relay", "list", NULL, 0, "every stream, its state and what went through"},
    {CLI_RELAY_SHOW, "relay", "show", "STREAM_ID", 0, "all about one stream"},
    {CLI_RELAY_FAILOVER, "relay", "failover", "STREAM_ID", 0,
     "switch to the next URL now; clients stay connected"},
    {CLI_RELAY_DELETE, "relay", "delete", "STREAM_ID", CLI_BIT(CLI_OPT_YES),
     "end the stream and disconnect its clients"},
    {CLI_QUEUE_PUSH, "queue", "push", "QUEUE [URL ...]", CLI_BIT(CLI_OPT_FILE),
     "append URLs, or YouTube ids, to a queue"},
    {CLI_QUEUE_STATUS, "queue", "status", "[QUEUE]", CLI_BIT(CLI_OPT_WATCH),
     "how many URLs wait, are in progress, succeeded and failed"},
    {CLI_QUEUE_FAILED, "queue", "failed", "QUEUE", CLI_BIT(CLI_OPT_LIMIT),
     "every failed URL, and why"},
    {CLI_QUEUE_REQUEUE, "queue", "requeue", "QUEUE", 0, "put the failed URLs back into the queue"},
    {CLI_QUEUE_CLEAR, "queue", "clear", "QUEUE", CLI_BIT(CLI_OPT_PART) | CLI_BIT(CLI_OPT_YES),
     "delete what waits, the results or the failures"},
    {CLI_LANE_STATUS, "lane", "status", "[QUEUE]", 0,
     "every lane of every server, and what it does"},
    {CLI_LANE_START, "lane", "start", "[QUEUE]", CLI_BIT(CLI_OPT_COUNT),
     "start lanes in the asked server, with its settings"},
    {CLI_LANE_STOP, "lane", "stop", "LANE_ID",
     CLI_BIT(CLI_OPT_QUEUE) | CLI_BIT(CLI_OPT_ALL) | CLI_BIT(CLI_OPT_YES),
     "stop lanes of any server after the URL in work"},
    {CLI_TOKEN, "token", NULL, "URL", A_TOKEN, "get the info.json of a video"},
    {CLI_REPORT, "report", NULL, NULL, A_REPORT, "tell what became of a token's use"},
    {CLI_EVENTS, "events", NULL, NULL,
     CLI_BIT(CLI_OPT_FOLLOW) | CLI_BIT(CLI_OPT_SINCE) | CLI_BIT(CLI_OPT_LIMIT),
     "who changed the state of which account or proxy, and why"},
    {CLI_COMPLETION, "completion", NULL, "SHELL", 0, "a completion script for bash, zsh or fish"},
    {CLI_MAN, "man", NULL, NULL, 0, "the manual page, for man -l -"},
};

const CliOption *cli_option_get(CliOptionId id)
{
    return &OPTIONS[id];
}

CliOptionId cli_option_find(const char *name, gsize length)
{
    CliOptionId id = 0;

    while (id < CLI_N_OPTS &&
           (strlen(OPTIONS[id].name) != length || strncmp(OPTIONS[id].name, name, length) != 0))
        id++;
    return id;
}

gboolean cli_command_may_go_without(const CliCommand *command)
{
    return command->argument == NULL || command->argument[0] == '[';
}

gboolean cli_command_takes_more(const CliCommand *command)
{
    return command->argument != NULL && g_str_has_suffix(command->argument, "...]");
}

const CliCommand *cli_command_at(guint index)
{
    return index < G_N_ELEMENTS(COMMANDS) ? &COMMANDS[index] : NULL;
}

const CliCommand *cli_command_find(const char *noun, const char *verb)
{
    const CliCommand *command;

    for (guint i = 0; (command = cli_command_at(i)) != NULL; i++) {
        if (g_strcmp0(command->noun, noun) == 0 && g_strcmp0(command->verb, verb) == 0)
            return command;
    }
    return NULL;
}

char *cli_command_words(const char *noun)
{
    GString *words = g_string_new(NULL);
    const char *last = "";

    for (guint i = 0; i < G_N_ELEMENTS(COMMANDS); i++) {
        const char *word = noun == NULL ? COMMANDS[i].noun : COMMANDS[i].verb;
        gboolean mine = noun == NULL || strcmp(COMMANDS[i].noun, noun) == 0;

        if (!mine || word == NULL || strcmp(word, last) == 0)
            continue;
        g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", word);
        last = word;
    }
    return g_string_free(words, FALSE);
}
