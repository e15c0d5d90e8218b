/* What becomes of an attempt after an error: the policy decides, this does it. */
#include "attempt_private.h"
#include "relay_metrics.h"
#include "relay_words.h"
#include "stream_proxy.h"
#include "stream_token.h"
#include "ytops/log.h"

static void log_failure(Attempt *self, const AttemptError *failure)
{
    g_autofree char *words = NULL;

    if (failure->error == RELAY_ERROR_CHUNK_TIMEOUT) {
        words = relay_words_no_data(attempt_chunk_timeout(self), self->stream->id, self->client_id);
        ytops_log_warning("relay", words, "url", attempt_get_url(self), NULL);
        return;
    }
    words = attempt_error_text(failure, attempt_get_url(self));
    ytops_log_warning("relay", words, "stream_id", self->stream->id, "client_id", self->client_id,
                      NULL);
}

static void retry(Attempt *self, const RelayDecision *decision)
{
    g_autofree char *words = relay_words_retry(&self->progress, &self->stream->settings, decision,
                                               self->stream->id, self->client_id);

    ytops_log_info("relay", words, NULL);
    self->stream->retry_count = self->progress.retry_count;
    relay_metrics_count_retry(self->stream);
    relay_timer_start(self->timer, decision->delay_ms);
    attempt_set_state(self, YTOPS_RELAY_WAITING_RETRY);
}

static void fail_over(Attempt *self, const RelayDecision *decision, guint from)
{
    YtopsRelayStream *stream = self->stream;
    g_autofree char *words = relay_words_failover(&self->progress, &stream->settings, decision,
                                                  stream->id, self->client_id);

    ytops_log_info("relay", words, "old_url", self->urls[from], "new_url",
                   self->urls[decision->url_index], NULL);
    stream->retry_count = 0;
    relay_stream_note_failover(stream, from, decision->url_index, decision->reason,
                               self->progress.failover_count);
    if (self->is_closed)
        return;
    if (decision->delay_ms == 0) {
        attempt_connect(self);
        return;
    }
    relay_timer_start(self->timer, decision->delay_ms);
    attempt_set_state(self, YTOPS_RELAY_WAITING_RETRY);
}

/* `words` are for the operator, the error is for the player. */
static void end(Attempt *self, const GError *error, const char *words, const char *reason,
                guint retry_count)
{
    self->state = YTOPS_RELAY_FAILED;
    relay_stream_set_error(self->stream, words);
    self->stream->retry_count = retry_count;
    ytops_log_warning("relay", "all has failed", "stream_id", self->stream->id, "client_id",
                      self->client_id, "reason", reason, "last_error", words, NULL);
    if (!self->is_part)
        relay_stream_note_failure(self->stream, reason, retry_count);
    if (!self->is_closed)
        self->events->on_failed(error, self->data);
}

static void give_up(Attempt *self, const AttemptError *failure, const char *reason,
                    guint retry_count)
{
    g_autofree char *words = attempt_error_last_words(failure, attempt_get_url(self), reason);
    g_autoptr(GError) error = attempt_error_to_gerror(failure, words, reason);

    end(self, error, words, reason, retry_count);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

void attempt_token_came(Attempt *self, const GError *error)
{
    g_autoptr(GError) shown = NULL;

    self->is_waiting = FALSE;
    if (self->is_closed)
        return;
    if (error == NULL) {
        attempt_connect(self);
        return;
    }
    shown = g_error_copy(error);
    ytops_error_set_context(shown, "status", "502");
    end(self, shown, shown->message, "no_token", self->progress.retry_count);
}

/* What tells of media URLs that no longer work, and not of an upstream in trouble. */
static gboolean is_refusal(const AttemptError *failure)
{
    return failure->error == RELAY_ERROR_STATUS &&
           (failure->status == 401 || failure->status == 403 || failure->status == 410);
}

static void go_on_with_token(Attempt *self)
{
    self->progress.retry_count = 0;
    self->progress.url_since_ms = -1;
    self->progress.flowing_since_ms = -1;
    ytops_log_info("relay", "the media URLs no longer work, going on with another token",
                   "stream_id", self->stream->id, "client_id", self->client_id, NULL);
    attempt_connect(self);
}

/* TRUE: the attempt goes on with another token, which is there or will be. */
static gboolean renew(Attempt *self, const AttemptError *failure)
{
    StreamToken *token = self->stream->token;
    gboolean is_lost = token != NULL && !attempt_is_outdated(self) &&
                       (is_refusal(failure) || stream_token_is_expired(token));
    gboolean is_of_use = is_lost && stream_token_refuse(token, self->generation);

    if (token == NULL || self->is_fixed || !(is_of_use || attempt_is_outdated(self)))
        return FALSE;
    go_on_with_token(self);
    return TRUE;
}

/* What is left where every URL of the token has failed: another one has other URLs and another proxy. */
static gboolean renew_at_last(Attempt *self, const AttemptError *failure, const char *reason)
{
    StreamToken *token = self->stream->token;
    gboolean is_over = self->stream->settings.total_timeout_scope == YTOPS_TIMEOUT_PER_STREAM &&
                       g_str_equal(reason, "total_timeout_exceeded");

    if (token == NULL || self->is_fixed || failure->is_final || is_over ||
        !stream_token_refuse(token, self->generation))
        return FALSE;
    go_on_with_token(self);
    return TRUE;
}

/* The backend a redirect led to no longer works: the URL itself gets its full chance first. */
static gboolean leave_sticky(Attempt *self, const RelayProgress *before)
{
    if (!self->on_sticky || attempt_sticky_slot(self) == NULL)
        return FALSE;
    self->progress = *before;
    self->progress.retry_count = 0;
    self->progress.url_since_ms = -1;
    self->progress.flowing_since_ms = -1;
    g_clear_pointer(attempt_sticky_slot(self), g_free);
    ytops_log_info("relay", "the sticky backend failed, going back to the original URL",
                   "stream_id", self->stream->id, "url", attempt_get_url(self), NULL);
    attempt_connect(self);
    return TRUE;
}

static void act(Attempt *self, const AttemptError *failure)
{
    YtopsRelaySettings settings = self->stream->settings;
    RelayProgress before = self->progress;
    RelayDecision decision;

    if (failure->is_final)
        settings.retry_attempts = 0;
    decision = relay_policy_decide(&self->progress, &settings, failure->error, failure->status,
                                   self->retry_after_ms, attempt_now_ms());
    if (decision.action == RELAY_RETRY)
        retry(self, &decision);
    else if (leave_sticky(self, &before))
        return;
    else if (decision.action == RELAY_FAILOVER)
        fail_over(self, &decision, before.url_index);
    else if (!renew_at_last(self, failure, decision.reason))
        give_up(self, failure, decision.reason, before.retry_count);
}

void attempt_fail(Attempt *self, const AttemptError *failure)
{
    attempt_drop_fetch(self);
    log_failure(self, failure);
    if (!attempt_is_outdated(self))
        stream_proxy_note_failure(self->stream, failure);
    relay_metrics_count_error(self->stream, failure->error);
    relay_stream_set_error(self->stream, failure->message != NULL
                                             ? failure->message
                                             : relay_error_to_string(failure->error));
    if (self->events->on_break != NULL && !self->events->on_break(self->data)) {
        if (!self->is_closed)
            give_up(self, failure, "not_resumable", self->progress.retry_count);
        return;
    }
    if (!self->is_closed && !renew(self, failure))
        act(self, failure);
}

void attempt_refuse(Attempt *self, const char *why)
{
    AttemptError failure = {.error = RELAY_ERROR_BROKEN, .message = why, .is_final = TRUE};

    attempt_fail(self, &failure);
}

void attempt_switch(Attempt *self, guint url_index)
{
    AttemptError failure = {.error = RELAY_ERROR_OPERATOR};

    if (self->is_closed || self->is_fixed || url_index >= self->progress.n_urls)
        return;
    attempt_leave_token(self);
    attempt_drop_fetch(self);
    relay_timer_stop(self->timer);
    self->stream->retry_count = 0;
    relay_policy_decide(&self->progress, &self->stream->settings, RELAY_ERROR_OPERATOR, 0, 0,
                        attempt_now_ms());
    /* Another client may have moved on alone before: the operator's switch brings all to one. */
    self->progress.url_index = url_index;
    if (self->events->on_break == NULL || self->events->on_break(self->data))
        attempt_connect(self);
    else if (!self->is_closed)
        give_up(self, &failure, "not_resumable", 0);
}
