#include "status_task.h"

#include "ytops/error.h"

struct StatusTask {
    YtopsStatusAnswer answer; /* NULL: an order */
    YtopsStatusDone done;
    gpointer data;
    YtopsStatusOrder order; /* its texts are ours */
    GError *error;          /* of the order */
};

StatusTask *status_task_new_ask(YtopsStatusAnswer answer, gpointer data)
{
    StatusTask *task = g_new0(StatusTask, 1);
    task->answer = answer;
    task->data = data;
    return task;
}

StatusTask *status_task_new_order(const YtopsStatusOrder *order, YtopsStatusDone done,
                                  gpointer data)
{
    StatusTask *task = g_new0(StatusTask, 1);
    task->done = done;
    task->data = data;
    task->order = *order;
    task->order.id = g_strdup(order->id);
    task->order.reason = g_strdup(order->reason);
    task->order.actor = g_strdup(order->actor);
    return task;
}

static void task_free(StatusTask *task)
{
    g_free((char *)task->order.id);
    g_free((char *)task->order.reason);
    g_free((char *)task->order.actor);
    g_clear_error(&task->error);
    g_free(task);
}

static gboolean act_on_account(const YtopsStatusOrder *order, const YtopsStatusSources *sources,
                               GError **error)
{
    g_autoptr(YtopsAccountManager) accounts =
        ytops_account_manager_for(sources->accounts, order->actor);
    switch (order->action) {
    case YTOPS_STATUS_BAN:
        return ytops_account_manager_ban(accounts, order->id, order->reason, order->duration_s,
                                         error);
    case YTOPS_STATUS_UNBAN:
        return ytops_account_manager_unban(accounts, order->id, error);
    case YTOPS_STATUS_RESET:
    case YTOPS_STATUS_ACTION_N:
        break;
    }
    return ytops_account_manager_reset(accounts, order->id, error);
}

static gboolean act_on_proxy(const YtopsStatusOrder *order, const YtopsStatusSources *sources,
                             const StatusState *state, GError **error)
{
    g_autoptr(YtopsProxyManager) proxies = ytops_proxy_manager_for(sources->proxies, order->actor);
    const char *identity, *url;
    if (!status_proxies_find(status_state_get_proxies(state), order->id, &identity, &url)) {
        g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_NOT_FOUND,
                    "no proxy has the id '%s': the state lists those that there are", order->id);
        return FALSE;
    }
    switch (order->action) {
    case YTOPS_STATUS_BAN:
        return ytops_proxy_manager_ban(proxies, identity, url, order->reason, order->duration_s,
                                       error);
    case YTOPS_STATUS_UNBAN:
        return ytops_proxy_manager_unban(proxies, identity, url, error);
    case YTOPS_STATUS_RESET:
    case YTOPS_STATUS_ACTION_N:
        break;
    }
    return ytops_proxy_manager_reset(proxies, identity, url, error);
}

void status_task_run(StatusTask *task, const YtopsStatusSources *sources, const StatusState *state)
{
    if (task->answer != NULL)
        return;
    if (task->order.is_proxy)
        act_on_proxy(&task->order, sources, state, &task->error);
    else
        act_on_account(&task->order, sources, &task->error);
}

void status_task_finish(StatusTask *task, const StatusState *state)
{
    if (task->answer != NULL) {
        g_autoptr(GBytes) json = status_state_to_json(state);
        task->answer(json, NULL, task->data);
    } else {
        task->done(task->error, task->data);
    }
    task_free(task);
}

void status_task_refuse(StatusTask *task)
{
    g_autoptr(GError) error = g_error_new_literal(YTOPS_ERROR, YTOPS_ERROR_DRAINING,
                                                  "this server is shutting down: use another one");
    if (task->answer != NULL)
        task->answer(NULL, error, task->data);
    else
        task->done(error, task->data);
    task_free(task);
}
