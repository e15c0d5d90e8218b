#include "hint.h"

const char *cli_hint(YtopsErrorCode code)
{
    switch (code) {
    case YTOPS_ERROR_NO_ACTIVE_PROXIES:
        return "`ytdlp-ops proxies list` shows why; `ytdlp-ops proxies unban --all` ends the bans.";
    case YTOPS_ERROR_NO_ACTIVE_ACCOUNTS:
        return "`ytdlp-ops accounts list` shows why; `ytdlp-ops accounts unban ID` ends a ban.";
    case YTOPS_ERROR_REDIS_UNAVAILABLE:
        return "The server has lost Redis and tries again by itself; look at its log.";
    case YTOPS_ERROR_ROLE_FORBIDDEN:
        return "Ask a server with the role worker or all-in-one: --server HOST:PORT.";
    case YTOPS_ERROR_OVERLOADED:
    case YTOPS_ERROR_DRAINING:
        return "Try again later, or ask another server.";
    case YTOPS_ERROR_BOT_DETECTED:
    case YTOPS_ERROR_CAPTCHA_REQUIRED:
    case YTOPS_ERROR_SESSION_RATE_LIMITED:
    case YTOPS_ERROR_COOKIES_INVALID:
        return "Try another account: --account ID.";
    case YTOPS_ERROR_IP_BLOCKED:
        return "Try again: the next call takes the next proxy.";
    default:
        return NULL;
    }
}
