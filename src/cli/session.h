/*
 * One run of the client: what was asked for, how to print, and the connection to the server.
 *
 *     CliCall call = {0};
 *     gboolean ok = ytops_base_service_if_ping(service, &call.fault, &call.error);
 *     return cli_session_end_call(session, ok, &call, error);
 */
#pragma once

#include "cli_options.h"
#include "output.h"
#include "ytops/rpc_client.h"

typedef struct {
    const CliOptions *options; /* borrowed */
    CliOutput output;
    YtopsRpcClient *client; /* NULL before cli_session_open */
    gboolean unreachable;   /* no connection, or it broke: exit code 69 */
} CliSession;

/* Where a generated call leaves what went wrong. */
typedef struct {
    YtopsServiceException *fault;
    YtopsUserException *refusal;
    GError *error;
} CliCall;

/* Connects to the server of the options. FALSE sets `unreachable`. */
gboolean cli_session_open(CliSession *session, GError **error);

/* The service; only after cli_session_open. Owned by the session. */
YtopsManagementServiceIf *cli_session_management(CliSession *session);

/* ytops_rpc_client_check for a call that just ended; notes in the session where the server is lost. */
gboolean cli_session_end_call(CliSession *session, gboolean ok, CliCall *call, GError **error);

/* Ends the connection. */
void cli_session_close(CliSession *session);

/*
 * Asks before a change of many things, where a person can answer: on a terminal and without --yes.
 * FALSE with INVALID_ARGUMENT where the answer is not yes.
 */
gboolean cli_session_confirm(const CliSession *session, const char *question, GError **error);
