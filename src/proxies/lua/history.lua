-- The failures of a proxy inside the sliding window, and the ban that they lead to.
-- Those up to state.failures_since have led to a ban already. They are still shown, but do not ban
-- again: otherwise a ban shorter than the window would begin anew the moment it ends.

local HISTORY_LIMIT = 1000

local function after(time)
  return string.format('(%.6f', time)
end

local function window_start(state)
  return math.max(now - policy.window, state.failures_since or 0)
end

-- A key of another type is in the way of the history for good, so it goes.
local function count_failures(url, start)
  local number = redis.pcall('ZCOUNT', failures_key(url), after(start), '+inf')
  if type(number) == 'table' then
    redis.call('DEL', failures_key(url))
    return 0
  end
  return number
end

-- The account of a failure; '' where it is not known. It nearly always stands there plainly: to
-- read all of each failure would hold Redis for seconds where many proxies have a long history.
local function account_of(member)
  local plain = string.match(member, '"account_id":"([^"\\]*)"')
  if plain then
    return plain
  end
  local parsed, failure = pcall(cjson.decode, member)
  local account = parsed and type(failure) == 'table' and failure.account_id
  return type(account) == 'string' and account or ''
end

-- Failures whose account is not known count as those of one account.
local function count_accounts(url, start)
  local seen, number = {}, 0
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', failures_key(url), after(start), '+inf')) do
    local account = account_of(member)
    if not seen[account] then
      seen[account], number = true, number + 1
    end
  end
  return number
end

-- The reason to ban the proxy for its failures; nil where there is none.
local function reason_to_ban(url, state)
  if state.status ~= 'ACTIVE' or policy.failures <= 0 then
    return nil
  end
  local start = window_start(state)
  local failures = count_failures(url, start)
  if failures < policy.failures then
    return nil
  end
  local accounts = count_accounts(url, start)
  if accounts < policy.accounts then
    return nil
  end
  return string.format('%d failures with %d accounts in %s s', failures, accounts,
    whole(policy.window))
end

-- Bans the proxy where its window is full; the caller saves the state.
local function apply_window(url, state)
  local reason = reason_to_ban(url, state)
  if reason then
    ban(state, reason, policy.ban)
    state.failures_since = now
    record(url, 'banned', audit_instance, reason)
  end
  return reason ~= nil
end

-- `failure` is a table with account_id, job_id and error; `number` tells equal ones apart.
local function remember_failure(url, failure, number)
  if policy.window <= 0 then
    return
  end
  local key = failures_key(url)
  count_failures(url, 0)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.6f', now - policy.window))
  failure.at = now
  failure.number = number
  redis.call('ZADD', key, string.format('%.6f', now), cjson.encode(failure))
  redis.call('ZREMRANGEBYRANK', key, 0, -HISTORY_LIMIT - 1)
  redis.call('EXPIRE', key, whole(math.ceil(policy.window)))
end

-- The state of one of the caller's own proxies, as a selection sees it: created where Redis lacks
-- it, its ban ended where it is over, and banned on the spot where its window is full.
local function look_at_own(url)
  local state, created = read_state(url), false
  if not state then
    state, created = create_state(url), true
  end
  if apply_window(url, state) then
    save_state(url, state)
  end
  return state, created
end
