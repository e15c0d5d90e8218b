/*
 * The token of a stream that is made from a page: asked for when an attempt first needs it, and anew
 * when its media have expired or were refused. Those that wait for it are told together.
 *
 *             +-- an attempt needs media ------------------------------+
 *             |                                                        |
 *          NONE ---> WAITING ---> ASKING --- media ---> FRESH --- expired, refused ---> STALE
 *             ^   (the delay)  <---+ |                    ^                               |
 *             +--- no token ---------+                    +---- as from NONE -------------+
 *
 * The limits are those of token_budget.h. Where they are used up a stale one is used on, and without
 * any the attempts are told the last error.
 */
#pragma once

#include "attempt.h"
#include "ytops/relay_source.h"

typedef struct StreamToken StreamToken;

/* Of a checked page; `stream` owns it. */
StreamToken *stream_token_new(YtopsRelayStream *stream, const YtopsRelaySpec *spec);

/* Nobody is told any more. NULL is fine. */
void stream_token_free(StreamToken *token);

/* TRUE: the attempt has to wait, and attempt_token_came is called later. */
gboolean stream_token_hold(StreamToken *token, Attempt *attempt);

/* It waits no longer. */
void stream_token_leave(StreamToken *token, Attempt *attempt);

/* How many tokens there were: media that an attempt uses are of one of them. */
guint stream_token_get_generation(const StreamToken *token);

/* Media of that generation were refused. Whether it is of use to connect again: there are or will be others. */
gboolean stream_token_refuse(StreamToken *token, guint generation);

/* Data has flowed for long enough: the outage is over. */
void stream_token_note_stable(StreamToken *token);

gboolean stream_token_is_expired(const StreamToken *token);

/* What `url`, found in a playlist of an earlier token, is called now; NULL: nothing else. g_free. */
char *stream_token_move(const StreamToken *token, const char *url);

/* The page and the account, as they were given. Owned by the token. */
const char *stream_token_get_page(const StreamToken *token);
const char *stream_token_get_account(const StreamToken *token);
const char *stream_token_get_format(const StreamToken *token); /* NULL: not given */
const char *stream_token_get_job(const StreamToken *token);    /* NULL: no token yet */
