#include "lane_service.h"

#include "ytops/error.h"

struct LaneService {
    const YtopsConfig *config;
    YtopsLaneBoard *board;
    YtopsLaneCrew *crew;
};

static const YtopsLaneWork kinds[] = {
    [YTOPS_KIND_FULL] = YTOPS_LANE_FULL,
    [YTOPS_KIND_AUTH] = YTOPS_LANE_AUTH,
    [YTOPS_KIND_DOWNLOAD] = YTOPS_LANE_DOWNLOAD,
};

static const YtopsRecoveryPolicy policies[] = {
    [YTOPS_ON_FAILURE_STOP_LOOP] = YTOPS_POLICY_STOP_LOOP,
    [YTOPS_ON_FAILURE_RETRY_WITH_NEW_ACCOUNT] = YTOPS_POLICY_RETRY_WITH_NEW_ACCOUNT,
    [YTOPS_ON_FAILURE_RETRY_AND_BAN_ACCOUNT_ONLY] = YTOPS_POLICY_RETRY_AND_BAN_ACCOUNT_ONLY,
    [YTOPS_ON_FAILURE_RETRY_WITHOUT_BAN] = YTOPS_POLICY_RETRY_WITHOUT_BAN,
};

static YtopsLaneOptions options_of(const YtopsConfig *config, const char *instance_id)
{
    return (YtopsLaneOptions){
        .kind = kinds[config->lane_kind],
        .instance_id = instance_id,
        .queue = config->queue,
        .next_queue = config->lane_next_queue,
        .account_pool = config->account_pool,
        .auto_create = config->auto_create_new_accounts_on_exhaustion == YTOPS_SWITCH_TRUE,
        .policy = policies[config->on_bannable_failure],
        .waits = config->lane_idle == YTOPS_IDLE_WAIT,
        .download_dir = config->download_dir,
        .format = config->format,
        .ytdlp = config->ytdlp,
        .ffmpeg = config->ffmpeg,
        .ffprobe = config->ffprobe,
        .download_timeout_s = config->download_timeout_s,
        .lease_s = config->lease_s,
        .token_timeout_s = config->token_timeout_s,
    };
}

LaneService *lane_service_new(const YtopsConfig *config, const char *instance_id,
                              const YtopsLaneParts *parts, GError **error)
{
    LaneService *service = g_new0(LaneService, 1);
    YtopsLaneOptions options = options_of(config, instance_id);
    YtopsLaneParts with_board = *parts;

    service->config = config;
    service->board = ytops_lane_board_new(parts->redis);
    with_board.board = service->board;
    if (parts->tokens == NULL)
        return service;
    service->crew = ytops_lane_crew_new(&options, &with_board, error);
    if (service->crew != NULL)
        return service;
    lane_service_free(service);
    return NULL;
}

YtopsLaneBoard *lane_service_get_board(const LaneService *service)
{
    return service->board;
}

YtopsLaneCrew *lane_service_get_crew(const LaneService *service)
{
    return service != NULL ? service->crew : NULL;
}

gboolean lane_service_start(LaneService *service, GError **error)
{
    if (service->config->lanes == 0)
        return TRUE;
    if (service->crew == NULL) {
        g_set_error_literal(error, YTOPS_ERROR, YTOPS_ERROR_INVALID_ARGUMENT,
                            "--lanes: the role management makes no tokens, so no lane can work "
                            "there; start a worker or an all-in-one server with it");
        return FALSE;
    }
    return ytops_lane_crew_start(service->crew, "", service->config->lanes, error) >= 0;
}

void lane_service_free(LaneService *service)
{
    if (service == NULL)
        return;
    ytops_lane_crew_free(service->crew);
    ytops_lane_board_free(service->board);
    g_free(service);
}
