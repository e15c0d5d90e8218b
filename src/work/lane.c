#include "lane.h"

#include "lane_state.h"
#include "ytops/log.h"

struct Lane {
    const LaneSettings *settings;
    LaneNews news;
    gpointer news_data;
    GMutex lock;
    GCond woken;
    /* Below: under the lock. */
    YtopsLaneInfo info;
    gboolean has_news;
    char *stop_reason; /* NULL: not asked to stop */
};

static gint64 now_s(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

Lane *lane_new(const LaneSettings *settings, const char *lane_id, const char *queue, LaneNews news,
               gpointer data)
{
    Lane *lane = g_new0(Lane, 1);

    lane->settings = settings;
    lane->news = news;
    lane->news_data = data;
    g_mutex_init(&lane->lock);
    g_cond_init(&lane->woken);
    lane->info.lane_id = g_strdup(lane_id);
    lane->info.instance_id = g_strdup(settings->options.instance_id);
    lane->info.queue = g_strdup(queue);
    lane->info.kind = settings->options.kind;
    lane->info.state = YTOPS_LANE_PULLING;
    lane->info.state_since = now_s();
    lane->info.progress = YTOPS_LANE_NO_PROGRESS;
    lane->has_news = TRUE;
    return lane;
}

void lane_free(Lane *lane)
{
    if (lane == NULL)
        return;
    g_free(lane->info.lane_id);
    g_free(lane->info.instance_id);
    g_free(lane->info.queue);
    g_free(lane->info.url);
    g_free(lane->info.account_id);
    g_free(lane->info.proxy_url);
    g_free(lane->info.reason);
    g_free(lane->stop_reason);
    g_mutex_clear(&lane->lock);
    g_cond_clear(&lane->woken);
    g_free(lane);
}

const LaneSettings *lane_get_settings(const Lane *lane)
{
    return lane->settings;
}

const char *lane_get_id(const Lane *lane)
{
    return lane->info.lane_id;
}

const char *lane_get_queue(const Lane *lane)
{
    return lane->info.queue;
}

static YtopsLaneInfo *copy_info(const YtopsLaneInfo *info)
{
    YtopsLaneInfo *copy = g_new(YtopsLaneInfo, 1);

    *copy = *info;
    copy->lane_id = g_strdup(info->lane_id);
    copy->instance_id = g_strdup(info->instance_id);
    copy->queue = g_strdup(info->queue);
    copy->url = g_strdup(info->url);
    copy->account_id = g_strdup(info->account_id);
    copy->proxy_url = g_strdup(info->proxy_url);
    copy->reason = g_strdup(info->reason);
    return copy;
}

YtopsLaneInfo *lane_take_news(Lane *lane)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    if (!lane->has_news)
        return NULL;
    lane->has_news = FALSE;
    return copy_info(&lane->info);
}

void lane_repeat_news(Lane *lane)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    lane->has_news = TRUE;
}

void lane_ask_to_stop(Lane *lane, const char *reason)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    if (lane->stop_reason == NULL)
        lane->stop_reason = g_strdup(reason);
    g_cond_broadcast(&lane->woken);
}

gboolean lane_is_stopped(Lane *lane)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    return lane->info.state == YTOPS_LANE_STOPPED;
}

static void move(YtopsLaneInfo *info, YtopsLanePhase state)
{
    g_assert(lane_state_may_move(info->state, state));
    if (info->state != state)
        info->state_since = now_s();
    info->state = state;
}

void lane_set_state(Lane *lane, YtopsLanePhase state, const char *reason)
{
    g_mutex_lock(&lane->lock);
    move(&lane->info, state);
    if (lane->info.reason != reason) {
        g_free(lane->info.reason);
        lane->info.reason = g_strdup(reason);
    }
    lane->info.progress = YTOPS_LANE_NO_PROGRESS;
    lane->has_news = TRUE;
    g_mutex_unlock(&lane->lock);
    lane->news(TRUE, lane->news_data);
}

/* The state's setter, which follows, tells the news. */
void lane_set_url(Lane *lane, const char *url)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    g_free(lane->info.url);
    lane->info.url = g_strdup(url);
}

void lane_set_means(Lane *lane, const char *account_id, const char *proxy_url)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    g_free(lane->info.account_id);
    g_free(lane->info.proxy_url);
    lane->info.account_id = g_strdup(account_id);
    lane->info.proxy_url = proxy_url != NULL ? ytops_redact(proxy_url) : NULL;
}

void lane_set_progress(Lane *lane, double percent)
{
    g_mutex_lock(&lane->lock);
    lane->info.progress = percent;
    lane->has_news = TRUE;
    g_mutex_unlock(&lane->lock);
    lane->news(FALSE, lane->news_data);
}

void lane_count(Lane *lane, gboolean succeeded)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    if (succeeded)
        lane->info.succeeded++;
    else
        lane->info.failed++;
}

char *lane_get_stop_reason(Lane *lane)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    return g_strdup(lane->stop_reason);
}

gboolean lane_sleep(Lane *lane, gint64 seconds)
{
    gint64 end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);

    while (lane->stop_reason == NULL && g_cond_wait_until(&lane->woken, &lane->lock, end))
        continue;
    return lane->stop_reason == NULL;
}
