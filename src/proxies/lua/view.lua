-- What is known of one proxy, for those who read, in eleven values: proxy, status, active_in,
-- successes, failures, last success, last failure, reason, failures in the window and accounts that
-- had them; and 'full' where the window would ban it at its next selection.

local function count_recent(url)
  local start = now - policy.window
  local failures = count_failures(url, start)
  return failures, failures > 0 and count_accounts(url, start) or 0
end

-- Failures that one call goes through, so that it holds Redis for milliseconds only.
local ENOUGH = 10000
local n_counted = 0

-- Appends them, unless the proxy is not in Redis. TRUE where it is enough for one call.
local function add_view(result, url)
  local state = read_state(url)
  if not state then
    return false
  end
  local failures, accounts = count_recent(url)
  n_counted = n_counted + failures
  local is_full = failures > 0 and accounts >= policy.accounts and reason_to_ban(url, state)
  for _, value in ipairs({
    url, state.status, whole(active_in(state)), whole(state.success_count),
    whole(state.failure_count), whole(state.last_success_timestamp),
    whole(state.last_failure_timestamp), state.ban_reason or '', whole(failures),
    whole(accounts), is_full and 'full' or '',
  }) do
    result[#result + 1] = value
  end
  return n_counted >= ENOUGH
end
