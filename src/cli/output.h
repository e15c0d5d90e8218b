/*
 * What the client prints, and how: documents and tables on standard output, errors on standard
 * error.
 */
#pragma once

#include "cli_options.h"
#include "table.h"
#include "ytops/json.h"

typedef struct {
    CliTableLook look; /* of tables on standard output */
    gboolean terminal; /* standard output is one */
} CliOutput;

/*
 * Whether to print colours. auto: on a terminal, unless NO_COLOR is set and not empty
 * (no-color.org) or TERM is "dumb". Pure; the environment's values may be NULL.
 */
gboolean cli_colour_decide(CliColor color, gboolean terminal, const char *no_color,
                           const char *term);

/*
 * How many columns a terminal has: what it says, else the value of COLUMNS, else 80. Pure; says is
 * 0 where the terminal does not tell, columns may be NULL.
 */
gsize cli_width_decide(guint says, const char *columns);

/* How to print to this process' standard output. */
CliOutput cli_output_detect(CliColor color);

/* Writes text, or one line of JSON, to standard output; cli_output_finish finds what failed. */
void cli_output_text(const char *text);
void cli_output_json(const YtopsJson *json);

void cli_output_table(const CliOutput *output, const CliTable *table);

/* A table whose names and values need no header. */
void cli_output_details(const CliOutput *output, const CliTable *table);

/* What a command did: the document where `json`, else the sentence, made safe to show. */
void cli_output_outcome(gboolean json, const YtopsJson *document, const char *sentence);

/* A formatted line on standard error, each string in it made safe to show. */
void cli_output_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* {errorCode, message, context}; the message without passwords. */
YtopsJson *cli_error_json(const GError *error);

/*
 * The error on standard error: its code, what happened, its context and what to do about it. With
 * `json` also as a document {"error": {errorCode, message, context}} on standard output.
 */
void cli_output_error(const GError *error, gboolean json);

/* Flushes standard output. FALSE, with the reason on standard error, where writing to it failed. */
gboolean cli_output_finish(void);
