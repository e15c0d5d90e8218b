-- ARGV: now, prefix, cursor, count, active_duration, cooldown. {cursor, ACTIVE, RESTING, BANNED}.
-- As a listing would show them, but nothing is written and only what tells the state is read.
local now, active_duration, cooldown = clock(), argument(5), argument(6)
local ids, following, fault = step(ARGV[2], ARGV[3], argument(4))
if not ids then
  return fault
end

local function state_of(id)
  local stored = redis.pcall('HMGET', STATUS_PREFIX .. id, 'status', 'active_since', 'status_until')
  if stored.err then
    return 'BANNED'
  end
  local account = {
    status = STATES[stored[1]] and stored[1] or 'ACTIVE',
    active_since = whole(stored[2]),
    status_until = whole(stored[3]),
    changes = {}, -- which are not recorded: nobody has read the account
  }
  recover(account, now)
  rest_when_due(account, now, active_duration, cooldown)
  return account.status
end

local counts = { ACTIVE = 0, RESTING = 0, BANNED = 0 }
for _, id in ipairs(ids) do
  if not string.find(id, '%z') then
    local state = state_of(id)
    counts[state] = counts[state] + 1
  end
end
return { following, counts.ACTIVE, counts.RESTING, counts.BANNED }
