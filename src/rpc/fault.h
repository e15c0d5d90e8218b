/*
 * Errors as the contract's exceptions: a GError of the YTOPS_ERROR domain becomes a
 * ServiceException or a UserException with its message, errorCode and context.
 */
#pragma once

#include "ytops/error.h"
#include "ytops_common_types.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsServiceException, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YtopsUserException, g_object_unref)

/*
 * Fills exactly one of the two, whichever ytops_error_code_is_refusal says; `refusal` NULL, for a
 * method that declares none: always the fault. An error of another domain is INTERNAL.
 */
void fault_from_error(const GError *error, YtopsServiceException **fault,
                      YtopsUserException **refusal);

/* The text as a Thrift string may be: valid UTF-8. Takes over `text`; NULL becomes "". */
char *fault_take_text(char *text);
