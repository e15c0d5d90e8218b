/*
 * Threads: one a lane, and the reporter, which is the only one that talks to the board. The crew's
 * lock is never held over a call to Redis; a lane's lock may be taken under it, not the other way.
 */
#include "ytops/lane_crew.h"

#include "lane_run.h"
#include "ytops/error.h"
#include "ytops/log.h"
#include "ytops/wake_fd.h"

#define URGENT_GAP_US                                                                              \
    (G_USEC_PER_SEC / 5)             /* between two reports, where lanes change their states */
#define USUAL_GAP_US G_USEC_PER_SEC  /* where only progress is to be told */
#define BEAT_US (2 * G_USEC_PER_SEC) /* where nothing is, so that stops are heard */

typedef struct {
    YtopsLaneCrew *crew;
    Lane *lane;
    GThread *thread;
} Member;

struct YtopsLaneCrew {
    LaneSettings *settings;
    GThread *reporter;
    GMutex lock;
    GCond changed;
    /* Below: under the lock. */
    GPtrArray *members; /* Member *, in the order of their start */
    GPtrArray *gone;    /* ids that the board should forget */
    guint n_started;
    gboolean is_urgent;
    gboolean has_progress;
    gboolean is_draining;
    gboolean is_closing;
};

static void member_free(gpointer data)
{
    Member *member = data;

    g_thread_join(member->thread);
    lane_free(member->lane);
    g_free(member);
}

static gpointer member_run(gpointer data)
{
    Member *member = data;

    lane_run(member->lane);
    return NULL;
}

static void on_news(gboolean urgent, gpointer data)
{
    YtopsLaneCrew *crew = data;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&crew->lock);

    if (urgent)
        crew->is_urgent = TRUE;
    else
        crew->has_progress = TRUE;
    g_cond_broadcast(&crew->changed);
}

/* ---- the reporter ---------------------------------------------------------------------------- */

typedef struct {
    GPtrArray *changed; /* YtopsLaneInfo */
    GPtrArray *gone;
} News;

static News collect_news(YtopsLaneCrew *crew)
{
    News news = {
        .changed = g_ptr_array_new_with_free_func((GDestroyNotify)ytops_lane_info_free),
        .gone = g_steal_pointer(&crew->gone),
    };

    crew->gone = g_ptr_array_new_with_free_func(g_free);
    crew->is_urgent = FALSE;
    crew->has_progress = FALSE;
    for (guint i = 0; i < crew->members->len; i++) {
        YtopsLaneInfo *info = lane_take_news(((Member *)crew->members->pdata[i])->lane);

        if (info != NULL)
            g_ptr_array_add(news.changed, info);
    }
    return news;
}

static void heed(YtopsLaneCrew *crew, char **asked)
{
    for (guint i = 0; i < crew->members->len; i++) {
        Lane *lane = ((Member *)crew->members->pdata[i])->lane;

        if (!g_strv_contains((const char *const *)asked, lane_get_id(lane)))
            continue;
        lane_ask_to_stop(lane, "it was asked to stop");
        ytops_log_info("lanes", "a lane is to stop", "lane_id", lane_get_id(lane), NULL);
    }
}

/* The board may have forgotten all of it meanwhile. */
static void repeat_all(YtopsLaneCrew *crew, News *news)
{
    for (guint i = 0; i < crew->members->len; i++)
        lane_repeat_news(((Member *)crew->members->pdata[i])->lane);
    while (news->gone->len > 0)
        g_ptr_array_add(crew->gone, g_ptr_array_steal_index(news->gone, 0));
}

/* Called and left with the lock held; without it meanwhile. */
static void report(YtopsLaneCrew *crew)
{
    const LaneSettings *settings = crew->settings;
    News news = collect_news(crew);
    g_auto(GStrv) asked = NULL;
    g_autoptr(GError) error = NULL;

    g_mutex_unlock(&crew->lock);
    asked = ytops_lane_board_report(settings->parts.board, settings->options.instance_id,
                                    news.changed, news.gone, &error);
    if (asked == NULL)
        ytops_log_debug("lanes", "the lanes' status could not be written yet", "error",
                        error->message, NULL);
    g_mutex_lock(&crew->lock);
    if (asked != NULL)
        heed(crew, asked);
    else
        repeat_all(crew, &news);
    g_ptr_array_unref(news.changed);
    g_ptr_array_unref(news.gone);
}

/* When the next report is due, after one at that time. */
static gint64 next_report_us(const YtopsLaneCrew *crew, gint64 last_us)
{
    if (crew->is_urgent)
        return last_us + URGENT_GAP_US;
    if (crew->has_progress)
        return last_us + USUAL_GAP_US;
    return crew->members->len > 0 ? last_us + BEAT_US : G_MAXINT64;
}

static gpointer reporter_run(gpointer data)
{
    YtopsLaneCrew *crew = data;
    gint64 last_us = 0;

    g_mutex_lock(&crew->lock);
    while (!crew->is_closing) {
        gint64 due_us = next_report_us(crew, last_us);

        if (g_get_monotonic_time() >= due_us) {
            last_us = g_get_monotonic_time();
            report(crew);
        } else if (due_us == G_MAXINT64) {
            g_cond_wait(&crew->changed, &crew->lock);
        } else {
            g_cond_wait_until(&crew->changed, &crew->lock, due_us);
        }
    }
    g_mutex_unlock(&crew->lock);
    return NULL;
}

/* ---- the crew -------------------------------------------------------------------------------- */

YtopsLaneCrew *ytops_lane_crew_new(const YtopsLaneOptions *options, const YtopsLaneParts *parts,
                                   GError **error)
{
    LaneSettings *settings = lane_settings_new(options, parts, error);
    YtopsLaneCrew *crew;

    if (settings == NULL)
        return NULL;
    crew = g_new0(YtopsLaneCrew, 1);
    crew->settings = settings;
    g_mutex_init(&crew->lock);
    g_cond_init(&crew->changed);
    crew->members = g_ptr_array_new_with_free_func(member_free);
    crew->gone = g_ptr_array_new_with_free_func(g_free);
    crew->reporter = g_thread_new("lane-reporter", reporter_run, crew);
    return crew;
}

/*
 * Under the lock. Takes out those that have stopped, which leave the board; to be freed without the
 * lock, which their threads may still want.
 */
static GPtrArray *take_stopped(YtopsLaneCrew *crew)
{
    GPtrArray *stopped = g_ptr_array_new_with_free_func(member_free);

    for (guint i = crew->members->len; i > 0; i--) {
        Lane *lane = ((Member *)crew->members->pdata[i - 1])->lane;

        if (!lane_is_stopped(lane))
            continue;
        g_ptr_array_add(crew->gone, g_strdup(lane_get_id(lane)));
        g_ptr_array_add(stopped, g_ptr_array_steal_index(crew->members, i - 1));
    }
    return stopped;
}

static void add_member(YtopsLaneCrew *crew, const char *queue)
{
    Member *member = g_new0(Member, 1);
    g_autofree char *id =
        g_strdup_printf("%s.%u", crew->settings->options.instance_id, ++crew->n_started);

    member->crew = crew;
    member->lane = lane_new(crew->settings, id, queue, on_news, crew);
    member->thread = g_thread_new("lane", member_run, member);
    g_ptr_array_add(crew->members, member);
}

static gboolean check_start(const YtopsLaneCrew *crew, gint64 count, GError **error)
{
    if (crew->is_draining) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_DRAINING,
                            "this server is shutting down and starts no lane; use another one");
        return FALSE;
    }
    if (count >= 1 && crew->members->len + count <= YTOPS_LANE_CREW_MOST)
        return TRUE;
    g_set_error(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                "%" G_GINT64_FORMAT " lanes cannot be started: give 1 or more; %u of at most %d "
                "run in this server",
                count, crew->members->len, YTOPS_LANE_CREW_MOST);
    return FALSE;
}

gint64 ytops_lane_crew_start(YtopsLaneCrew *crew, const char *queue, gint64 count, GError **error)
{
    const char *of = *queue != '\0' ? queue : crew->settings->options.queue;
    g_autoptr(GPtrArray) stopped = NULL;
    g_autoptr(GMutexLocker) locker = NULL;

    if (!lane_settings_check(crew->settings, of, error))
        return -1;
    locker = g_mutex_locker_new(&crew->lock);
    stopped = take_stopped(crew);
    if (!check_start(crew, count, error))
        return -1;
    for (gint64 i = 0; i < count; i++)
        add_member(crew, of);
    crew->is_urgent = TRUE;
    g_cond_broadcast(&crew->changed);
    return crew->members->len;
}

void ytops_lane_crew_look(YtopsLaneCrew *crew)
{
    on_news(TRUE, crew);
}

void ytops_lane_crew_drain(YtopsLaneCrew *crew)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&crew->lock);

    crew->is_draining = TRUE;
    for (guint i = 0; i < crew->members->len; i++)
        lane_ask_to_stop(((Member *)crew->members->pdata[i])->lane, "the server is shutting down");
}

static gboolean all_stopped(const YtopsLaneCrew *crew)
{
    for (guint i = 0; i < crew->members->len; i++) {
        if (!lane_is_stopped(((Member *)crew->members->pdata[i])->lane))
            return FALSE;
    }
    return TRUE;
}

gboolean ytops_lane_crew_wait(YtopsLaneCrew *crew, gint64 timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * 1000;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&crew->lock);

    while (!all_stopped(crew)) {
        if (!g_cond_wait_until(&crew->changed, &crew->lock, end))
            return all_stopped(crew);
    }
    return TRUE;
}

void ytops_lane_crew_cancel(YtopsLaneCrew *crew)
{
    ytops_lane_crew_drain(crew);
    ytops_wake_fd_raise(crew->settings->cancel_fd);
}

static void stop_reporter(YtopsLaneCrew *crew)
{
    g_mutex_lock(&crew->lock);
    crew->is_closing = TRUE;
    g_cond_broadcast(&crew->changed);
    g_mutex_unlock(&crew->lock);
    g_thread_join(crew->reporter);
}

void ytops_lane_crew_free(YtopsLaneCrew *crew)
{
    const LaneSettings *settings;

    if (crew == NULL)
        return;
    settings = crew->settings;
    ytops_lane_crew_cancel(crew);
    stop_reporter(crew);
    g_ptr_array_unref(crew->members);
    if (crew->n_started > 0)
        ytops_lane_board_leave(settings->parts.board, settings->options.instance_id, NULL);
    g_ptr_array_unref(crew->gone);
    lane_settings_free(crew->settings);
    g_mutex_clear(&crew->lock);
    g_cond_clear(&crew->changed);
    g_free(crew);
}
