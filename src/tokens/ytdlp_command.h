/*
 * The arguments that yt-dlp is run with. Pure.
 *
 * Every value is attached to its option by "=", and the URL follows "--", so that none of them can
 * become an option. Values of --extractor-args are merged into one argument an extractor, because
 * of two for the same extractor yt-dlp would forget the first.
 */
#pragma once

#include <glib.h>

/* What an extraction runs with. All borrowed; NULL means none, unless noted. */
typedef struct {
    const char *url;                 /* never NULL */
    const char *proxy_url;           /* NULL: directly, whatever the environment says */
    const char *cookies_path;        /* the job's private copy, which yt-dlp rewrites */
    const char *clients;             /* YtopsTokenAsk.clients */
    GHashTable *po_tokens;           /* char * context -> char * token */
    const char *const *server_args;  /* --ytdlp-args; wins over our own defaults */
    const char *const *request_args; /* YtopsTokenAsk.ytdlp_args; wins over server_args */
} YtdlpExtraction;

/*
 * The arguments of an extraction that prints the info.json on standard output, without the
 * program's name: what yt_dlp.parse_options takes. They hold secrets, so they are for a pipe and
 * not for a process list. Free with g_strfreev.
 */
char **ytdlp_command_extraction_args(const YtdlpExtraction *extraction);

/*
 * The same as a command that shows no secret in a process list: proxy, tokens and options go to
 * its standard input as a configuration file. *stdin_text (g_free) is to be written there, and then
 * the pipe to be closed. Free the command with g_strfreev.
 */
char **ytdlp_command_extraction(const char *ytdlp, const YtdlpExtraction *extraction,
                                char **stdin_text);

/*
 * TokenData.ytdlpCommand: downloads from the file `info.json` in the current folder, which the
 * caller made of TokenData.infoJson, through the same proxy (NULL: directly), with those of
 * server_args and request_args that are about the network or the choice of formats. Works as it is,
 * one argument an element. Free with g_strfreev.
 */
char **ytdlp_command_download(const char *ytdlp, const char *proxy_url,
                              const char *const *server_args, const char *const *request_args);
