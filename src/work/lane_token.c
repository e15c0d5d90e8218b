#include "lane_job.h"

#include "token_wait.h"

static gboolean assign(LaneJob *job, const char *preferred, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);

    lane_set_state(job->lane, YTOPS_LANE_ASSIGNING, NULL);
    job->account_id =
        ytops_work_pool_assign(settings->pool, settings->parts.accounts, preferred, NULL, error);
    return job->account_id != NULL;
}

static YtopsTokenResult *ask(LaneJob *job, GError **error)
{
    const LaneSettings *settings = lane_get_settings(job->lane);
    YtopsTokenFields fields = {
        .url = job->url,
        .account_id = job->account_id,
        .caller_id = lane_get_id(job->lane),
        /* A kept one may be what failed. */
        .request_params_json = job->attempts > 1 ? "{\"no_cache\": true}" : NULL,
        .penalize = settings->options.policy != YTOPS_POLICY_RETRY_WITHOUT_BAN,
    };
    YtopsTokenAsk *token_ask =
        ytops_token_ask_new(&fields, settings->options.token_timeout_s, error);

    if (token_ask == NULL)
        return NULL;
    lane_set_means(job->lane, job->account_id, NULL);
    lane_set_state(job->lane, YTOPS_LANE_GETTING_TOKEN, NULL);
    return token_wait(settings->parts.tokens, token_ask, settings->cancel_fd, lane_job_tick, job,
                      error);
}

gboolean lane_job_get_next_token(LaneJob *job, GError **error)
{
    for (;;) {
        g_autoptr(GError) failure = NULL;

        g_clear_pointer(&job->token, ytops_token_result_unref);
        job->attempts++;
        job->token = ask(job, &failure);
        if (job->token != NULL) {
            lane_set_means(job->lane, job->account_id, job->token->proxy_url);
            return TRUE;
        }
        if (!lane_job_recover(job, failure, error))
            return FALSE;
    }
}

gboolean lane_job_get_token(LaneJob *job, const char *preferred_account, GError **error)
{
    return assign(job, preferred_account, error) && lane_job_get_next_token(job, error);
}
