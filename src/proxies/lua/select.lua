-- Takes the next proxy of one instance in its turn, and leaves the turn with the one after it.
-- ARGV: 8 'take', or 'seek': only moves the turn on to the next active one; 9 the proxy that the
-- rotation must name ('': any of the candidates; '*': whatever it names); 10 'whole' where the
-- candidates are all the instance has, so that the search goes round; 11 the one after the last
-- candidate; from 12 on candidates, in order from the place where the caller believes the turn is.
-- Gives: verdict, the proxy (of 'moved': the one whose turn it is), the next one, 'tentative' where
-- that next one was not looked at, the candidate looked at first, seconds until the first ban ends
-- (-1: none does), 'incomplete' where Redis lacked what enrolling writes.

local FIRST = 12
local mode, origin, is_whole, following = ARGV[8], ARGV[9], ARGV[10] == 'whole', ARGV[11]
local number = #ARGV - FIRST + 1
local incomplete = redis.call('EXPIRE', MEMBERS .. instance, MEMBERS_EXPIRE_S) == 0
local soonest = -1

local function candidate(index)
  return ARGV[FIRST + (index - 1) % number]
end

local function reply(verdict, url, next_url, is_tentative, start)
  return {
    verdict, url, next_url, is_tentative and 'tentative' or '', whole(start), whole(soonest),
    incomplete and 'incomplete' or '',
  }
end

local function find(url)
  for index = 1, number do
    if candidate(index) == url then
      return index
    end
  end
  return nil
end

-- Where the turn is among the candidates; nil where it is with none of them.
local function find_start()
  local turn = redis.call('HGET', ROTATION, instance)
  if not turn or origin == '*' or turn == origin then
    return 1, turn
  end
  if origin == '' then
    return find(turn), turn
  end
  return nil, turn
end

local function is_active(url)
  local state, created = look_at_own(url)
  incomplete = incomplete or created
  local wait = active_in(state)
  if wait > 0 and (soonest < 0 or wait < soonest) then
    soonest = wait
  end
  return wait == 0
end

local function first_active(from, to)
  for index = from, to do
    if is_active(candidate(index)) then
      return index
    end
  end
  return nil
end

local function set_turn(url)
  redis.call('HSET', ROTATION, instance, url)
end

local start, turn = find_start()
if not start then
  return reply('moved', turn, '', false, 1)
end
local last = is_whole and start + number - 1 or number
local taken = first_active(start, last)
if not taken then
  return reply('none', turn or '', '', false, start)
end
if mode == 'seek' then
  set_turn(candidate(taken))
  return reply('sought', candidate(taken), candidate(taken), false, start)
end
-- Round the whole list, the search for the next one ends where it began: it is then alone.
local next_index = first_active(taken + 1, is_whole and taken + number or number)
local next_url = next_index and candidate(next_index) or following
set_turn(next_url)
return reply('taken', candidate(taken), next_url, not next_index, start)
