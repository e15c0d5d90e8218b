-- An operator's action on some proxies.
-- ARGV: 8 'ban', 'ban_at_least', 'unban' or 'reset', 9 length of a ban (-1: until unbanned), 10
-- its reason ('': none), 11 'own' where all of them are the caller's, from 12 on the proxies.
-- Gives how many were changed, and how many are neither in Redis nor the caller's.

local action, duration, reason = ARGV[8], tonumber(ARGV[9]), ARGV[10]
local is_own = ARGV[11] == 'own'

local function has_counted(state)
  return state.success_count > 0 or state.failure_count > 0 or
      state.last_success_timestamp > 0 or state.last_failure_timestamp > 0
end

-- Without its failures the window cannot ban it again at once.
local function unban(url, state)
  local changed = redis.call('DEL', failures_key(url)) == 1 or state.status ~= 'ACTIVE'
  make_active(state)
  state.failures_since = nil
  return changed
end

local words = { ban = 'banned', ban_at_least = 'banned', unban = 'unbanned', reset = 'reset' }

local function lasts_longer(state)
  return state.status == 'BANNED' and
      (not state.banned_until or duration >= 0 and state.banned_until >= now + duration)
end

local actions = {
  ban = function(_, state)
    ban(state, reason ~= '' and reason or nil, duration)
    return true
  end,
  ban_at_least = function(_, state)
    if lasts_longer(state) then
      return false
    end
    ban(state, reason ~= '' and reason or nil, duration)
    return true
  end,
  unban = unban,
  reset = function(url, state)
    local changed = unban(url, state) or has_counted(state)
    for name, value in pairs(fresh_state()) do
      state[name] = value
    end
    return changed
  end,
}

local changed, unknown = 0, 0
for index = 12, #ARGV do
  local url = ARGV[index]
  local state = read_state(url) or (is_own and create_state(url))
  if not state then
    unknown = unknown + 1
  else
    if actions[action](url, state) then
      changed = changed + 1
      record(url, words[action], audit_operator, reason)
    end
    save_state(url, state)
  end
end
return {changed, unknown}
