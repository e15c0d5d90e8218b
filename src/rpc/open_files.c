#include "open_files.h"

#include <sys/resource.h>

#include "ytops/log.h"

/* Redis connections, pipes to workers, logs, the listener. */
#define OTHER_FILES 512

void open_files_allow(guint n_connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)n_connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = MIN(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == wanted)
        return;
    ytops_log_warning("rpc",
                      "the limit of open files is too low for the connection limit: raise it "
                      "(ulimit -n, LimitNOFILE=)",
                      "open_files", YTOPS_LOG_INT((gint64)limit.rlim_cur), "needed",
                      YTOPS_LOG_INT((gint64)wanted), NULL);
}
