/*
 * A proxy that behaves as a script says, for one connection: what a real one cannot be made to do.
 * Any failure aborts the test.
 */
#pragma once

#include <glib.h>

typedef enum {
    SCRIPTED_PROXY_END,   /* closes the connection in order */
    SCRIPTED_PROXY_READ,  /* reads `number` bytes */
    SCRIPTED_PROXY_SAY,   /* sends `number` bytes of `bytes`, each as a packet of its own */
    SCRIPTED_PROXY_RESET, /* closes the connection with RST */
    SCRIPTED_PROXY_HOLD,  /* is silent until the other side closes */
    SCRIPTED_PROXY_SIGNAL /* writes a byte to the descriptor `number` */
} ScriptedProxyAct;

typedef struct {
    ScriptedProxyAct act;
    gsize number;
    const char *bytes;
} ScriptedProxyStep;

typedef struct ScriptedProxy ScriptedProxy;

/* `steps` is borrowed and ends with END, RESET or HOLD. */
ScriptedProxy *scripted_proxy_start(const ScriptedProxyStep *steps);

guint16 scripted_proxy_port(const ScriptedProxy *proxy);

/* Waits until the script is done, which it is when the other side has closed. NULL is fine. */
void scripted_proxy_stop(ScriptedProxy *proxy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptedProxy, scripted_proxy_stop)
