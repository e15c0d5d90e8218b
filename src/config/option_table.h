/* Every setting of the daemon, in the order of the help. Immutable. */
#pragma once

#include "ytops/config.h"

typedef enum { OPTION_STRING, OPTION_INTEGER, OPTION_CHOICE } OptionType;

typedef struct {
    const char *section;    /* set on the first option of a section of the help */
    const char *flag;       /* without the dashes */
    const char *legacy_env; /* the name earlier deployments used; NULL: none */
    OptionType type;
    gsize offset;               /* in YtopsConfig: char *, gint64 or an enum */
    const char *default_value;  /* as text; for a string "" is none */
    gint64 min, max;            /* OPTION_INTEGER */
    const char *const *choices; /* OPTION_CHOICE: the names of the enum's values in order */
    const char *allowed;        /* OPTION_STRING: what its reader takes; NULL: any text */
    gboolean secret;            /* can hold a password: shown redacted, scrubbed from argv */
    const char *metavar;        /* what the help shows for the value */
    const char *help;
} Option;

/* The table, ended by an entry without a flag. */
const Option *option_table(void);

/* NULL where no option has that flag. */
const Option *option_find(const char *flag, gsize length);

/* YTDLP_OPS_SERVICE_ROLE for service-role. Free with g_free. */
char *option_env_name(const Option *option);
