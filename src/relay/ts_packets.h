/*
 * Cuts a live byte stream at MPEG-TS packets, so that a switch of the upstream never leaves half a
 * packet with a client.
 *
 *   DETECTING -> PACKETS   sync bytes found where packets begin; a packet cut off in front is dropped
 *             -> OTHER     not MPEG-TS: every byte passes untouched, as it came
 *   PACKETS   -> SEEKING   a switch, or a packet without its sync byte
 *   SEEKING   -> PACKETS   sync found again; what was in front of it is dropped
 *             -> OTHER     none in TS_PACKETS_SEEK_LIMIT bytes: what came passes from then on
 *   OTHER     -> DETECTING a switch
 */
#pragma once

#include <glib.h>

#define TS_PACKET_BYTES 188
#define TS_PACKETS_SEEK_LIMIT (64 * 1024)

typedef struct TsPackets TsPackets;

/* Called for each piece that may go to clients; owns nothing: reference the piece to keep it. */
typedef void (*TsPacketsOut)(GBytes *piece, gpointer data);

TsPackets *ts_packets_new(void);
void ts_packets_free(TsPackets *packets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TsPackets, ts_packets_free)

/*
 * Takes a piece of the upstream's body. Calls out zero or more times, in order. Bytes at the end
 * that are not a whole packet yet, or not recognised yet, are held for the next piece. Large pieces
 * are passed on by reference, not copied.
 */
void ts_packets_push(TsPackets *packets, GBytes *piece, TsPacketsOut out, gpointer data);

/* Another upstream, or the same one anew, follows: a packet that is not whole is forgotten. */
void ts_packets_switch(TsPackets *packets);

/* All has failed: what is held goes to nobody, also not to those who come later. */
void ts_packets_forget(TsPackets *packets);

/* Whether the pieces that come out are whole packets (state PACKETS or SEEKING). */
gboolean ts_packets_is_ts(const TsPackets *packets);

/* Bytes dropped so far: broken packets and what was passed over to find a packet's start. */
guint64 ts_packets_get_dropped(const TsPackets *packets);
