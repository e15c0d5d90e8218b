-- Counts how one use of a proxy ended.
-- ARGV: 8 the proxy, 9 'own' where it is one of the caller's, 10 'success' or 'failure', 11
-- 'penalize' where a failure is part of the sliding window, 12 account id, 13 job id, 14 error.
-- Gives 'unknown' for a proxy that is neither here nor the caller's, 'banned' where this failure
-- banned it, and 'counted' else.

local url, is_own = ARGV[8], ARGV[9] == 'own'
local state = read_state(url) or (is_own and create_state(url))
if not state then
  return 'unknown'
end
local banned = false
if ARGV[10] == 'success' then
  state.success_count = state.success_count + 1
  state.last_success_timestamp = math.floor(now)
else
  state.failure_count = state.failure_count + 1
  state.last_failure_timestamp = math.floor(now)
  if ARGV[11] == 'penalize' then
    local failure = {account_id = ARGV[12], job_id = ARGV[13], error = ARGV[14]}
    remember_failure(url, failure, state.failure_count)
    banned = apply_window(url, state)
  end
end
save_state(url, state)
return banned and 'banned' or 'counted'
