#include "change.h"

#include "duration.h"

CliChangeWords cli_change_words(CliCommandId id)
{
    switch (id) {
    case CLI_PROXIES_BAN:
    case CLI_ACCOUNTS_BAN:
        return (CliChangeWords){"ban", "banned"};
    case CLI_PROXIES_UNBAN:
    case CLI_ACCOUNTS_UNBAN:
        return (CliChangeWords){"unban", "unbanned"};
    case CLI_PROXIES_RESET:
    case CLI_ACCOUNTS_RESET:
        return (CliChangeWords){"reset", "reset"};
    case CLI_PROXIES_DELETE:
    case CLI_ACCOUNTS_DELETE:
    case CLI_RELAY_DELETE:
        return (CliChangeWords){"delete", "deleted"};
    default:
        g_return_val_if_reached(((CliChangeWords){"change", "changed"}));
    }
}

/* " for 55m", " until unbanned" or " for the server's usual time" after a ban, else "". g_free. */
static char *duration_words(const CliOptions *options)
{
    g_autofree char *duration = NULL;
    CliCommandId id = options->command->id;

    if (id != CLI_PROXIES_BAN && id != CLI_ACCOUNTS_BAN)
        return g_strdup("");
    if (options->duration_s == CLI_UNTIL_UNBANNED)
        return g_strdup(" until unbanned");
    if (options->duration_s == 0)
        return g_strdup(" for the server's usual time");
    duration = cli_duration_format(options->duration_s);
    return g_strconcat(" for ", duration, NULL);
}

void cli_change_tell(const CliSession *session, const char *what, gint64 changed,
                     YtopsJson *document)
{
    CliChangeWords words = cli_change_words(session->options->command->id);
    g_autofree char *duration = duration_words(session->options);
    g_autofree char *sentence = g_strconcat(what, " ", words.done, duration, NULL);

    ytops_json_set_string(document, "action", words.verb);
    ytops_json_set_int(document, "changed", changed);
    cli_output_outcome(session->options->json, document, sentence);
}
