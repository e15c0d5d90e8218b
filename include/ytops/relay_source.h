/*
 * Where a stream of a page gets its media: a token of an account. And where the relay tells what
 * became of a proxy. The daemon fills it from its token service; everything here happens on the
 * relay's loop and never blocks.
 */
#pragma once

#include "ytops/error.h"

/* What is asked for. Borrowed for the call; NULL: not given. */
typedef struct {
    const char *url; /* of the page */
    const char *account_id;
    const char *format;    /* a format id or selector of yt-dlp; NULL: YTOPS_RELAY_FORMAT */
    const char *proxy_url; /* one of the source's own; NULL: it chooses */
    gboolean is_renewal;   /* what was given before no longer works: nothing out of a cache */
} YtopsRelayPage;

/* The best single file with both sound and picture, else such a playlist, else the best there is. */
#define YTOPS_RELAY_FORMAT "b[protocol=https]/b[protocol=http]/b[protocol^=m3u8]/b"

/* One format of a page, and how to fetch it. */
typedef struct {
    char **urls; /* the first, and others of the same format; NULL-terminated, never empty */
    GHashTable *headers; /* char * -> char *: what the site wants to be asked with */
    char **cookies;      /* lines of a Netscape cookie file, NULL-terminated; NULL: none */
    char *proxy_url;     /* NULL: directly */
    char *job_id;
    gint64 expires_at; /* Unix seconds; 0: not known */
} YtopsRelayMedia;

/*
 * The format that yt-dlp selected in this info.json, without proxy, job and expiry. NO_FORMATS where
 * it is not one file or playlist over http(s), UNSUPPORTED_URL where the page is a list of videos.
 * Other formats of the info.json become further URLs only where they are the same in every respect
 * that it tells: container, codecs, size, rate, language, length.
 */
YtopsRelayMedia *ytops_relay_media_from_info(const char *info_json, GError **error);
void ytops_relay_media_free(YtopsRelayMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsRelayMedia, ytops_relay_media_free)

/* Either `media`, which the callee takes over, or `error`, borrowed for the call. */
typedef void (*YtopsRelayMediaDone)(YtopsRelayMedia *media, const GError *error, gpointer data);

/* What became of the use of a proxy. Borrowed for the call. */
typedef struct {
    const char *proxy_url;
    const char *account_id; /* NULL: a stream of a plain URL */
    const char *job_id;     /* of the token; NULL likewise */
    gboolean success;
    YtopsErrorCode code; /* where it failed, as docs/errors.md names it */
    const char *details;
} YtopsRelayProxyUse;

typedef struct {
    /* INVALID_ARGUMENT with the context `field` (url, account_id, format, proxy_url). */
    gboolean (*check)(const YtopsRelayPage *page, GError **error, gpointer data);
    /*
     * Begins to make media; `done` is called once, later, unless the handle that is returned is
     * cancelled first. The handle is over with either.
     */
    gpointer (*get)(const YtopsRelayPage *page, YtopsRelayMediaDone done, gpointer done_data,
                    gpointer data);
    void (*cancel)(gpointer handle);
    /* Also for proxies that are nobody's: those are to be ignored. */
    void (*report)(const YtopsRelayProxyUse *use, gpointer data);
} YtopsRelaySource;
