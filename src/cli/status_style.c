#include "status_style.h"

#include "duration.h"

CliStyle cli_state_style(YtopsResourceState state)
{
    switch (state) {
    case YTOPS_RESOURCE_STATE_ACTIVE:
        return CLI_STYLE_GREEN;
    case YTOPS_RESOURCE_STATE_RESTING:
        return CLI_STYLE_YELLOW;
    case YTOPS_RESOURCE_STATE_BANNED:
        return CLI_STYLE_RED;
    }
    return CLI_STYLE_PLAIN;
}

void cli_table_add_age(CliTable *table, gboolean is_set, gint64 then, gint64 now)
{
    g_autofree char *age = cli_age_format(is_set ? then : 0, now);

    cli_table_add(table, age, CLI_STYLE_PLAIN);
}

const char *cli_state_name(YtopsResourceState state)
{
    switch (state) {
    case YTOPS_RESOURCE_STATE_ACTIVE:
        return "ACTIVE";
    case YTOPS_RESOURCE_STATE_RESTING:
        return "RESTING";
    case YTOPS_RESOURCE_STATE_BANNED:
        return "BANNED";
    }
    return "UNKNOWN";
}

void cli_json_set_time(YtopsJson *object, const char *key, gboolean is_set, gint64 value)
{
    if (is_set)
        ytops_json_set_int(object, key, value);
    else
        ytops_json_set_string(object, key, NULL);
}
