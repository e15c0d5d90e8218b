/* What the status' thread was asked for. */
#pragma once

#include "status_state.h"

typedef struct StatusTask StatusTask;

StatusTask *status_task_new_ask(YtopsStatusAnswer answer, gpointer data);
StatusTask *status_task_new_order(const YtopsStatusOrder *order, YtopsStatusDone done,
                                  gpointer data);

/* Carries an order out; nothing for what only asks. */
void status_task_run(StatusTask *task, const YtopsStatusSources *sources, const StatusState *state);

/* Answers with the state or the order's result, and frees. */
void status_task_finish(StatusTask *task, const StatusState *state);

/* Answers that the server ends, and frees. */
void status_task_refuse(StatusTask *task);
