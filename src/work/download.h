/*
 * yt-dlp downloads from an info.json, through the proxy it was made with. Nothing secret shows in
 * the process list: the options go to its standard input as a configuration file.
 */
#pragma once

#include "tool.h"

/* All borrowed. */
typedef struct {
    const char *ytdlp;
    const char *const *token_command; /* TokenData.ytdlpCommand: its options are kept */
    const char *info_path;
    const char *media_dir; /* where the files go; nothing else is there */
    const char *format;    /* "": as the token's command says, or yt-dlp's own choice */
    const char *ffmpeg;    /* "": yt-dlp finds it by itself */
} Download;

/* The configuration file. Pure. Free with g_free. */
char *download_config(const Download *download);

/*
 * Runs to the end. `tool` holds limits, tick, line and data, and gets the rest here. FALSE: an error
 * of tool_run; what yt-dlp said, classified (ytops/error_policy.h); or INTERNAL where it does not
 * take its options, or has nowhere to write to.
 */
gboolean download_run(const Download *download, Tool *tool, GError **error);
