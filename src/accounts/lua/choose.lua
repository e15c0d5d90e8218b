-- ARGV: now, seed, active_duration, cooldown, preferred, prefix, size, n_excluded, excluded ...,
-- candidates ... (with no prefix). {id or false, resting, banned, excluded, next id or false, in}.
-- Candidates are looked at in random order until one is ACTIVE: each of those is equally likely,
-- and the cost does not grow with the pool as long as many are.
local now, active_duration, cooldown = clock(), argument(3), argument(4)
local preferred, prefix, size, n_excluded = ARGV[5], ARGV[6], argument(7), argument(8)
local FIRST_EXCLUDED = 9
local FIRST_CANDIDATE = FIRST_EXCLUDED + n_excluded
local is_list = prefix == ''

math.randomseed(argument(2))

local excluded = {}
for i = FIRST_EXCLUDED, FIRST_CANDIDATE - 1 do
  excluded[ARGV[i]] = true
end

local function candidate(place)
  if is_list then
    return ARGV[FIRST_CANDIDATE + place - 1]
  end
  return string.format('%s_%02d', prefix, place)
end

-- Whether the pool holds it, or made it.
local function is_member(id)
  if is_list then
    for i = FIRST_CANDIDATE, #ARGV do
      if ARGV[i] == id then
        return true
      end
    end
    return false
  end
  if string.sub(id, 1, #prefix + 6) == prefix .. '-auto-' then
    return true
  end
  local place = whole(string.sub(id, #prefix + 2))
  return place >= 1 and place <= size and candidate(place) == id
end

-- 'ACTIVE', 'RESTING' or 'BANNED', and the seconds to ACTIVE, -1 where none are known. Reads what
-- decides, and moves the account only where its time has come: most have nothing to be moved.
local function judge(id)
  local stored = redis.pcall('HMGET', STATUS_PREFIX .. id, 'status', 'status_until', 'active_since')
  if stored.err then
    return 'BANNED', -1
  end
  local status, status_until = STATES[stored[1]] and stored[1] or 'ACTIVE', whole(stored[2])
  if status == 'ACTIVE' and whole(stored[3]) == 0 then
    return 'ACTIVE', 0
  end
  if status ~= 'ACTIVE' and status_until > now then
    return status, status_until - now
  end
  if status == 'BANNED' and status_until == 0 then
    return status, -1
  end
  local view = read_account(id, now, active_duration, cooldown)
  if not view then
    return 'BANNED', -1
  end
  return view[2], view[3]
end

if preferred ~= '' and not excluded[preferred] and is_member(preferred) and
    judge(preferred) == 'ACTIVE' then
  return { preferred, 0, 0, 0, false, 0 }
end

local counts = { RESTING = 0, BANNED = 0 }
local n_passed, next_id, next_in = 0, false, -1
local n = is_list and #ARGV - FIRST_CANDIDATE + 1 or size
local drawn = {} -- a shuffle of 1 .. n, done as far as it is needed
for i = 1, n do
  local j = math.random(i, n)
  local id = candidate(drawn[j] or j)
  drawn[j] = drawn[i] or i
  if excluded[id] then
    n_passed = n_passed + 1
  else
    local state, seconds = judge(id)
    if state == 'ACTIVE' then
      return { id, 0, 0, 0, false, 0 }
    end
    counts[state] = counts[state] + 1
    if seconds >= 0 and (next_in < 0 or seconds < next_in or
        seconds == next_in and id < next_id) then
      next_id, next_in = id, seconds
    end
  end
end
return { false, counts.RESTING, counts.BANNED, n_passed, next_id, next_in }
