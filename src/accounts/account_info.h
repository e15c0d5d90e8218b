/* From a script's view of an account (lua/view.lua) to the public struct. */
#pragma once

#include "ytops/account_manager.h"

/* The account in that reply. Text that is no UTF-8, written by hand, is made so. Free it. */
YtopsAccountInfo *account_info_from_reply(const YtopsRedisReply *view);
