/*
 * What a service manager wants to be told (systemd's sd_notify): one datagram each to the socket that
 * the environment names. Without one, nothing happens. Thread-safe once it is made.
 */
#pragma once

#include <glib.h>

typedef struct Notify Notify;

/*
 * Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no child
 * process answers in our name: before the first thread starts.
 */
Notify *notify_new(void);
void notify_free(Notify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Notify, notify_free)

/* Lines of NAME=value, such as "READY=1\nSTATUS=serving". A manager that is not there is no error. */
void notify_send(Notify *notify, const char *lines);

/* How long the manager waits for "WATCHDOG=1", microseconds; 0: it does not. */
gint64 notify_get_watchdog_us(const Notify *notify);
