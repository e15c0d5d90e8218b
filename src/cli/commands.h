/* The commands: each asks the connected server and prints the answer, or fails. */
#pragma once

#include "session.h"

gboolean cli_info_run(CliSession *session, GError **error);
gboolean cli_ping_run(CliSession *session, GError **error);
gboolean cli_proxies_list(CliSession *session, GError **error);
gboolean cli_proxies_change(CliSession *session, GError **error);
gboolean cli_accounts_list(CliSession *session, GError **error);
gboolean cli_accounts_change(CliSession *session, GError **error);
gboolean cli_relay_create(CliSession *session, GError **error);
gboolean cli_relay_list(CliSession *session, GError **error);
gboolean cli_relay_show(CliSession *session, GError **error);
gboolean cli_relay_failover(CliSession *session, GError **error);
gboolean cli_relay_delete(CliSession *session, GError **error);
gboolean cli_queue_push(CliSession *session, GError **error);
gboolean cli_queue_status(CliSession *session, GError **error);
gboolean cli_queue_failed(CliSession *session, GError **error);
gboolean cli_queue_requeue(CliSession *session, GError **error);
gboolean cli_queue_clear(CliSession *session, GError **error);
gboolean cli_lane_status(CliSession *session, GError **error);
gboolean cli_lane_start(CliSession *session, GError **error);
gboolean cli_lane_stop(CliSession *session, GError **error);
gboolean cli_token_run(CliSession *session, GError **error);
gboolean cli_report_run(CliSession *session, GError **error);
gboolean cli_events_run(CliSession *session, GError **error);
