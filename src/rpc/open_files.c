#include "open_files.h"

#include <sys/resource.h>

#include "ytops/log.h"

/* Redis connections, pipes to workers, logs, the listener. */
#define OTHER_FILES 512

/* The connections of the HTTP port, and for each player of a file the one to its upstream. */
#define HTTP_FILES 20000

void open_files_allow(guint n_connections)
{
    struct rlimit limit;
    rlim_t needed = (rlim_t)n_connections + OTHER_FILES;
    rlim_t wished = needed + HTTP_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wished)
        return;
    limit.rlim_cur = MIN(wished, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed)
        return;
    ytops_log_warning("rpc",
                      "the limit of open files is too low for the connection limit: raise it "
                      "(ulimit -n, LimitNOFILE=)",
                      "open_files", YTOPS_LOG_INT((gint64)limit.rlim_cur), "needed",
                      YTOPS_LOG_INT((gint64)needed), NULL);
}
