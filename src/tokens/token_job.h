/*
 * One job, from the choice of its proxy to the record of its outcome: straight-line code that blocks
 * the thread it runs on, within the job's limits.
 *
 *   proxy -> preflight -> cookies -> PO token -> yt-dlp -+-> result --+
 *     |          |           |                           |            +-> record -> log
 *     +----------+-----------+------> error <- classify -+------------+
 */
#pragma once

#include "cookie_store.h"
#include "pot_client.h"
#include "runner.h"
#include "token_outcome.h"
#include "ytops/job_limits.h"
#include "ytops/token_request.h"

/* What all jobs of a service share. All borrowed. */
typedef struct {
    TokenOutcomeSink sink;
    CookieStore *cookies; /* NULL: no cookies */
    PotClient *pot;       /* NULL: no PO tokens */
    const char *ytdlp;
    const char *const *ytdlp_args;
} TokenJobContext;

/*
 * TRUE and *result (the caller's reference) where the token was made and its success recorded. FALSE
 * and an error with its context otherwise. *result is also set where only the record failed: the
 * caller of getToken must not believe that its success was counted, but the work is not lost.
 * DRAINING is charged to nobody.
 */
gboolean token_job_run(const TokenJobContext *context, Runner *runner, const YtopsTokenAsk *ask,
                       const YtopsJobLimits *limits, YtopsTokenResult **result, GError **error);

/*
 * Gives the error what every error of a job carries: jobId, accountId, proxyUrl (where not NULL),
 * serverIdentity, bannable and, where it is not set yet, retryable.
 */
void token_job_set_context(GError *error, const TokenOutcomeSink *sink, const TokenUse *use);
