#include "handler.h"

#include "fault.h"

typedef struct {
    YtopsTokenServiceHandler parent;
} Handler;

typedef struct {
    YtopsTokenServiceHandlerClass parent;
} HandlerClass;

static GType handler_get_type(void);
G_DEFINE_TYPE(Handler, handler, YTOPS_TYPE_TOKEN_SERVICE_HANDLER)

static void handler_class_init(HandlerClass *cls)
{
    handler_fill_base(YTOPS_BASE_SERVICE_HANDLER_CLASS(cls));
    handler_fill_proxies(YTOPS_MANAGEMENT_SERVICE_HANDLER_CLASS(cls));
    handler_fill_accounts(YTOPS_MANAGEMENT_SERVICE_HANDLER_CLASS(cls));
    handler_fill_audit(YTOPS_MANAGEMENT_SERVICE_HANDLER_CLASS(cls));
    handler_fill_token(YTOPS_TOKEN_SERVICE_HANDLER_CLASS(cls));
}

static void handler_init(Handler *self G_GNUC_UNUSED)
{
}

YtopsTokenServiceHandler *handler_new(RpcState *state)
{
    Handler *handler = g_object_new(handler_get_type(), NULL);
    handler_set_state(handler, state);
    return &handler->parent;
}

/* The handlers' only common ancestor is the generated one of BaseService, which has no room. */
static G_DEFINE_QUARK(ytops - rpc - handler - state, state)

void handler_set_state(gpointer handler, RpcState *state)
{
    g_object_set_qdata(G_OBJECT(handler), state_quark(), state);
}

RpcState *handler_get_state(gpointer iface)
{
    return g_object_get_qdata(G_OBJECT(iface), state_quark());
}

static G_DEFINE_QUARK(ytops - rpc - handler - peer, peer)

void handler_set_peer(gpointer handler, const char *peer)
{
    g_object_set_qdata(G_OBJECT(handler), peer_quark(), (gpointer)peer);
}

char *handler_get_actor(gpointer iface)
{
    const char *peer = g_object_get_qdata(G_OBJECT(iface), peer_quark());
    return g_strconcat("rpc:", peer != NULL ? peer : "?", NULL);
}

gboolean handler_finish(gboolean ok, const GError *error, YtopsServiceException **fault,
                        YtopsUserException **refusal)
{
    if (!ok)
        fault_from_error(error, fault, refusal);
    return ok;
}
