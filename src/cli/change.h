/* What a change is called, and how its end is told: shared by proxies, accounts and streams. */
#pragma once

#include "session.h"

/* The words of a change: {"ban", "banned"}. */
typedef struct {
    const char *verb;
    const char *done;
} CliChangeWords;

/* The words for ban, unban, reset and delete, of every noun. Static. */
CliChangeWords cli_change_words(CliCommandId id);

/*
 * Tells what was changed: as the JSON `document`, to which "action" and "changed" are added, or as
 * the sentence "WHAT banned for 55m", the password of a URL in it as "***".
 */
void cli_change_tell(const CliSession *session, const char *what, gint64 changed,
                     YtopsJson *document);
