#include "work_handler.h"

#include "argument.h"
#include "handler.h"
#include "lane_handler.h"
#include "work_convert.h"

typedef struct {
    YtopsWorkServiceHandler parent;
} WorkHandler;

typedef struct {
    YtopsWorkServiceHandlerClass parent;
} WorkHandlerClass;

static GType work_handler_get_type(void);
G_DEFINE_TYPE(WorkHandler, work_handler, YTOPS_TYPE_WORK_SERVICE_HANDLER)

static YtopsWorkQueues *queues_of(gpointer iface)
{
    return handler_get_state(iface)->services.queues;
}

/* How a call ends that counts something: `count`, or failed where it is below 0. */
static gboolean finish_count(gint64 count, gint64 *answer, const GError *problem,
                             YtopsServiceException **fault, YtopsUserException **refusal)
{
    *answer = MAX(count, 0);
    return handler_finish(count >= 0, problem, fault, refusal);
}

static gboolean check_queue_and_item(const char **queue, const char **item_id, GError **error)
{
    return argument_required_text(queue, "queue", error) &&
           argument_required_text(item_id, "itemId", error);
}

/* ---- the queue's items ---------------------------------------------------------------------- */

static gboolean push_urls(YtopsWorkServiceIf *iface, gint64 *count, const gchar *queue,
                          const GPtrArray *urls, YtopsServiceException **fault,
                          YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gint64 n_waiting = -1;
    g_autofree const char **texts = argument_texts(urls, "urls", &problem);
    if (texts != NULL && argument_required_text(&queue, "queue", &problem))
        n_waiting = ytops_work_queues_push(queues_of(iface), queue, texts, &problem);
    return finish_count(n_waiting, count, problem, fault, refusal);
}

typedef YtopsQueueItem *(*ItemOfLane)(YtopsWorkQueues *queues, const char *queue,
                                      const char *lane_id, gint64 lease_s, GError **error);

static gboolean give_item(YtopsWorkServiceIf *iface, ItemOfLane find, YtopsWorkItem *work_item,
                          const char *queue, const char *lane_id, gint64 lease_s,
                          YtopsServiceException **fault, YtopsUserException **refusal)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(YtopsQueueItem) item = NULL;
    if (argument_required_text(&queue, "queue", &problem) &&
        argument_required_text(&lane_id, "laneId", &problem))
        item = find(queues_of(iface), queue, lane_id, lease_s, &problem);
    if (item != NULL)
        work_convert_item(item, work_item);
    return handler_finish(item != NULL, problem, fault, refusal);
}

static gboolean pull_url(YtopsWorkServiceIf *iface, YtopsWorkItem **work_item, const gchar *queue,
                         const gchar *lane_id, const gint32 lease_s, YtopsServiceException **fault,
                         YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    return give_item(iface, ytops_work_queues_pull, *work_item, queue, lane_id, lease_s, fault,
                     refusal);
}

static gboolean get_lane_item(YtopsWorkServiceIf *iface, YtopsWorkItem **work_item,
                              const gchar *queue, const gchar *lane_id, const gint32 lease_s,
                              YtopsServiceException **fault, YtopsUserException **refusal,
                              GError **error G_GNUC_UNUSED)
{
    return give_item(iface, ytops_work_queues_find_held, *work_item, queue, lane_id, lease_s, fault,
                     refusal);
}

static gboolean renew_lease(YtopsWorkServiceIf *iface, const gchar *queue, const gchar *item_id,
                            const gint32 lease_s, YtopsServiceException **fault,
                            YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = check_queue_and_item(&queue, &item_id, &problem) &&
                  ytops_work_queues_renew(queues_of(iface), queue, item_id, lease_s, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean release_url(YtopsWorkServiceIf *iface, const gchar *queue, const gchar *item_id,
                            YtopsServiceException **fault, YtopsUserException **refusal,
                            GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = check_queue_and_item(&queue, &item_id, &problem) &&
                  ytops_work_queues_release(queues_of(iface), queue, item_id, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean mark_success(YtopsWorkServiceIf *iface, const gchar *queue, const gchar *item_id,
                             const gchar *result_json, YtopsServiceException **fault,
                             YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = check_queue_and_item(&queue, &item_id, &problem) &&
                  argument_required_text(&result_json, "resultJson", &problem) &&
                  ytops_work_queues_mark_success(queues_of(iface), queue, item_id, result_json,
                                                 NULL, NULL, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean mark_success_and_push(YtopsWorkServiceIf *iface, const gchar *queue,
                                      const gchar *item_id, const gchar *result_json,
                                      const gchar *next_queue, const GPtrArray *next_items,
                                      YtopsServiceException **fault, YtopsUserException **refusal,
                                      GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autofree const char **items = argument_texts(next_items, "nextItems", &problem);
    gboolean ok = items != NULL && check_queue_and_item(&queue, &item_id, &problem) &&
                  argument_required_text(&result_json, "resultJson", &problem) &&
                  argument_required_text(&next_queue, "nextQueue", &problem) &&
                  ytops_work_queues_mark_success(queues_of(iface), queue, item_id, result_json,
                                                 next_queue, items, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean mark_failure(YtopsWorkServiceIf *iface, const gchar *queue, const gchar *item_id,
                             const gchar *error_json, YtopsServiceException **fault,
                             YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok =
        check_queue_and_item(&queue, &item_id, &problem) &&
        argument_required_text(&error_json, "errorJson", &problem) &&
        ytops_work_queues_mark_failure(queues_of(iface), queue, item_id, error_json, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

/* ---- accounts -------------------------------------------------------------------------------- */

static char *assign(const RpcState *state, const YtopsAccountPool *contract, const char *preferred,
                    const GPtrArray *excluded, GError **error)
{
    g_autoptr(YtopsWorkPool) pool = work_convert_pool(contract, error);
    if (pool == NULL || !argument_text(&preferred, "preferredAccountId", error))
        return NULL;
    g_autofree const char **passed = argument_texts(excluded, "excludedAccountIds", error);
    if (passed == NULL)
        return NULL;
    return ytops_work_pool_assign(pool, state->services.accounts, preferred, passed, error);
}

static gboolean assign_account(YtopsWorkServiceIf *iface, gchar **account_id,
                               const YtopsAccountPool *pool, const gchar *preferred,
                               const GPtrArray *excluded, YtopsServiceException **fault,
                               YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autofree char *assigned =
        assign(handler_get_state(iface), pool, preferred, excluded, &problem);
    gboolean ok = assigned != NULL;
    g_free(*account_id);
    *account_id = g_steal_pointer(&assigned);
    return handler_finish(ok, problem, fault, refusal);
}

/* The caller's policy bans, so the audit names the caller. */
static gboolean recover_attempt(gpointer iface, const YtopsFailedAttempt *attempt,
                                YtopsRecoveryPlan *plan, GError **error)
{
    const YtopsRpcServices *services = &handler_get_state(iface)->services;
    g_autofree char *actor = handler_get_actor(iface);
    g_autoptr(YtopsAccountManager) accounts = ytops_account_manager_for(services->accounts, actor);
    g_autoptr(YtopsProxyManager) proxies = ytops_proxy_manager_for(services->proxies, actor);
    g_autoptr(YtopsWorkPool) pool = NULL;
    g_autofree const char **tried = NULL;
    YtopsRecoveryCase failed;
    if (!work_convert_attempt(attempt, &failed, &pool, &tried, error))
        return FALSE;
    g_autoptr(YtopsRecovery) recovery =
        ytops_recovery_apply(&failed, accounts, proxies, services->error_policy, error);
    if (recovery == NULL)
        return FALSE;
    work_convert_recovery(recovery, plan);
    return TRUE;
}

static gboolean recover(YtopsWorkServiceIf *iface, YtopsRecoveryPlan **plan,
                        const YtopsFailedAttempt *attempt, YtopsServiceException **fault,
                        YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gboolean ok = recover_attempt(iface, attempt, *plan, &problem);
    return handler_finish(ok, problem, fault, refusal);
}

/* ---- the queues as a whole -------------------------------------------------------------------- */

static gboolean get_queue_status(YtopsWorkServiceIf *iface, YtopsQueueStatus **status,
                                 const gchar *queue, YtopsServiceException **fault,
                                 YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    YtopsQueueCounts counts;
    gboolean ok = argument_required_text(&queue, "queue", &problem) &&
                  ytops_work_queues_get_status(queues_of(iface), queue, &counts, &problem);
    if (ok)
        work_convert_counts(queue, &counts, *status);
    return handler_finish(ok, problem, fault, refusal);
}

static gboolean list_queues(YtopsWorkServiceIf *iface, GPtrArray **names,
                            YtopsServiceException **fault, YtopsUserException **refusal,
                            GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_auto(GStrv) queues = ytops_work_queues_list(queues_of(iface), &problem);
    for (gsize i = 0; queues != NULL && queues[i] != NULL; i++)
        g_ptr_array_add(*names, g_strdup(queues[i]));
    return handler_finish(queues != NULL, problem, fault, refusal);
}

static gboolean get_failed_urls(YtopsWorkServiceIf *iface, GPtrArray **urls, const gchar *queue,
                                const gint32 limit, YtopsServiceException **fault,
                                YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) failures = NULL;
    if (argument_required_text(&queue, "queue", &problem))
        failures = ytops_work_queues_list_failed(queues_of(iface), queue, limit, &problem);
    for (guint i = 0; failures != NULL && i < failures->len; i++)
        g_ptr_array_add(*urls, work_convert_failure(g_ptr_array_index(failures, i)));
    return handler_finish(failures != NULL, problem, fault, refusal);
}

static gboolean requeue_failed(YtopsWorkServiceIf *iface, gint64 *count, const gchar *queue,
                               YtopsServiceException **fault, YtopsUserException **refusal,
                               GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gint64 n_moved = -1;
    if (argument_required_text(&queue, "queue", &problem))
        n_moved = ytops_work_queues_requeue_failed(queues_of(iface), queue, &problem);
    return finish_count(n_moved, count, problem, fault, refusal);
}

static gboolean clear_queue(YtopsWorkServiceIf *iface, gint64 *count, const gchar *queue,
                            const YtopsQueuePart part, YtopsServiceException **fault,
                            YtopsUserException **refusal, GError **error G_GNUC_UNUSED)
{
    g_autoptr(GError) problem = NULL;
    gint64 n_held = -1;
    /* The contract's parts have our numbers, and others are refused. */
    if (argument_required_text(&queue, "queue", &problem))
        n_held =
            ytops_work_queues_clear(queues_of(iface), queue, (YtopsWorkQueuePart)part, &problem);
    return finish_count(n_held, count, problem, fault, refusal);
}

static void work_handler_class_init(WorkHandlerClass *cls)
{
    YtopsWorkServiceHandlerClass *service = YTOPS_WORK_SERVICE_HANDLER_CLASS(cls);
    handler_fill_base(YTOPS_BASE_SERVICE_HANDLER_CLASS(cls));
    service->push_urls = push_urls;
    service->pull_url = pull_url;
    service->renew_lease = renew_lease;
    service->get_lane_item = get_lane_item;
    service->release_url = release_url;
    service->mark_success = mark_success;
    service->mark_success_and_push = mark_success_and_push;
    service->mark_failure = mark_failure;
    service->assign_account = assign_account;
    service->recover = recover;
    service->get_queue_status = get_queue_status;
    service->list_queues = list_queues;
    service->get_failed_urls = get_failed_urls;
    service->requeue_failed = requeue_failed;
    service->clear_queue = clear_queue;
    lane_handler_fill(service);
}

static void work_handler_init(WorkHandler *self G_GNUC_UNUSED)
{
}

YtopsWorkServiceHandler *work_handler_new(RpcState *state)
{
    WorkHandler *handler = g_object_new(work_handler_get_type(), NULL);
    handler_set_state(handler, state);
    return &handler->parent;
}
