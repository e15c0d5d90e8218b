#include "event_view.h"

/* clang-format off */
static const CliColumn COLUMNS[] = {
    {"TIME", FALSE, CLI_SHORTEN_END, 0, 0},
    {"WHAT", FALSE, CLI_SHORTEN_END, 0, 4},
    {"NAME", FALSE, CLI_SHORTEN_MIDDLE, 16, 0},
    {"IDENTITY", FALSE, CLI_SHORTEN_END, 0, 3},
    {"CHANGE", FALSE, CLI_SHORTEN_END, 0, 0},
    {"BY", FALSE, CLI_SHORTEN_END, 12, 2},
    {"REASON", FALSE, CLI_SHORTEN_END, 12, 1},
    {"EVENT", FALSE, CLI_SHORTEN_END, 0, 5},
};
/* clang-format on */

static CliStyle change_style(const char *change)
{
    static const struct {
        const char *change;
        CliStyle style;
    } STYLES[] = {
        {"banned", CLI_STYLE_RED},
        {"resting", CLI_STYLE_YELLOW},
        {"active", CLI_STYLE_GREEN},
        {"unbanned", CLI_STYLE_GREEN},
    };

    for (guint i = 0; i < G_N_ELEMENTS(STYLES); i++) {
        if (g_strcmp0(STYLES[i].change, change) == 0)
            return STYLES[i].style;
    }
    return CLI_STYLE_PLAIN;
}

/* "2026-11-21T10:02:03Z"; "?" for what is no time. Free with g_free. */
static char *time_text(gint64 timestamp_ms)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(timestamp_ms / 1000);

    return time != NULL ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("?");
}

static void add_row(CliTable *table, const YtopsAuditEvent *event)
{
    g_autofree char *time = time_text(event->timestampMs);

    cli_table_add(table, time, CLI_STYLE_PLAIN);
    cli_table_add(table, event->entity, CLI_STYLE_PLAIN);
    cli_table_add(table, event->name, CLI_STYLE_PLAIN);
    cli_table_add(table, event->serverIdentity, CLI_STYLE_PLAIN);
    cli_table_add(table, event->change, change_style(event->change));
    cli_table_add(table, event->actor, CLI_STYLE_PLAIN);
    cli_table_add(table, event->reason, CLI_STYLE_PLAIN);
    cli_table_add(table, event->eventId, CLI_STYLE_PLAIN);
}

CliTable *cli_event_table(const GPtrArray *events)
{
    CliTable *table = cli_table_new(COLUMNS, G_N_ELEMENTS(COLUMNS));

    for (guint i = 0; i < events->len; i++)
        add_row(table, g_ptr_array_index(events, i));
    return table;
}

char *cli_event_line(const YtopsAuditEvent *event)
{
    g_autofree char *time = time_text(event->timestampMs);
    const char *separator = *event->reason != '\0' ? ": " : "";
    g_autofree char *line =
        g_strdup_printf("%s  %s %s %s by %s%s%s", time, event->entity, event->name, event->change,
                        event->actor, separator, event->reason);
    g_autofree char *clean = cli_text_clean(line);

    return g_strconcat(clean, "\n", NULL);
}

YtopsJson *cli_event_json(const YtopsAuditEvent *event)
{
    YtopsJson *json = ytops_json_object_new();

    ytops_json_set_string(json, "eventId", event->eventId);
    ytops_json_set_int(json, "timestampMs", event->timestampMs);
    ytops_json_set_string(json, "entity", event->entity);
    ytops_json_set_string(json, "name", event->name);
    ytops_json_set_string(json, "serverIdentity", event->serverIdentity);
    ytops_json_set_string(json, "change", event->change);
    ytops_json_set_string(json, "actor", event->actor);
    ytops_json_set_string(json, "reason", event->reason);
    return json;
}

YtopsJson *cli_events_json(const GPtrArray *events)
{
    YtopsJson *document = ytops_json_object_new(), *list = ytops_json_array_new();

    for (guint i = 0; i < events->len; i++)
        ytops_json_append_take(list, cli_event_json(g_ptr_array_index(events, i)));
    ytops_json_set_take(document, "events", list);
    return document;
}
