/*
 * The methods that are served, under their plain names (`getToken`) and their multiplexed ones
 * (`TokenService:getToken`, inherited: `TokenService:ping`).
 *
 * Nothing reaches the generated processors that is not in this table: given an unknown name they
 * call themselves without end.
 */
#pragma once

#include <glib.h>

#include "ytops/role.h"

/* As the contract names it: RpcMethod.service of the methods that control the relay. */
#define METHOD_TABLE_RELAY "RelayService"

/* Those about queues, lanes and their accounts. */
#define METHOD_TABLE_WORK "WorkService"

typedef struct {
    const char *name;
    const char *service;  /* where the contract defines it */
    guint roles;          /* bit 1 << YtopsRole: served by that role */
    gboolean deferred;    /* answered later, holds no worker meanwhile */
    gint16 fault_field;   /* of the result struct: ServiceException */
    gint16 refusal_field; /* UserException; 0: the method does not declare it */
} RpcMethod;

/* The method of a name as it stands in a message; NULL where it is not served. */
const RpcMethod *method_table_find(const char *wire_name);

/* The name without its service. Points into wire_name. */
const char *method_table_plain_name(const char *wire_name);

gboolean method_table_serves(const RpcMethod *method, YtopsRole role);

/* All of them. */
const RpcMethod *method_table_get(gsize *n_methods);
