-- A queue as every script here sees it. Stands before each of them. ARGV: the time to take for now,
-- empty for Redis' own clock; the queue's name.

local KNOWN_QUEUES = 'work_queues'
local REMEMBER_S = 3600

local function keys_of(queue)
  return {
    inbox = queue .. '_inbox',
    progress = queue .. '_progress',
    result = queue .. '_result',
    fail = queue .. '_fail',
    leases = queue .. '_leases', -- item id -> when its lease is over
    deliveries = queue .. '_deliveries', -- of what waits in the inbox after a lease was over
  }
end

local TYPES = {
  inbox = 'list', progress = 'hash', result = 'hash', fail = 'hash', leases = 'zset',
  deliveries = 'hash',
}

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1e6
end
local key = keys_of(ARGV[2])

local function argument(index)
  return tonumber(ARGV[index]) or 0
end

local function type_fault(name, wanted)
  local found = redis.call('TYPE', name).ok
  if found == 'none' or found == wanted then
    return nil
  end
  return redis.error_reply('ERR the Redis key ' .. name .. ' holds a ' .. found .. ' where a ' ..
    wanted .. ' belongs: rename or delete that key')
end

-- The error to return where a key of the queue is not what it should be. Nothing is written yet.
local function queue_fault(keys)
  for part, name in pairs(keys) do
    local fault = type_fault(name, TYPES[part])
    if fault then
      return fault
    end
  end
  return type_fault(KNOWN_QUEUES, 'set')
end

local function tombstone(id)
  return ARGV[2] .. '_item:' .. id
end

-- Remembers for an hour what became of an item, for a lane that asks late; with the URL, where that
-- may have gone on since.
local function bury(id, what, url)
  local text = cjson.encode({ what = what, url = url, at = now })
  redis.call('SET', tombstone(id), text, 'EX', REMEMBER_S)
end

-- A count of deliveries, or nil. What other hands wrote may be a number that JSON cannot write: a
-- script that fails on it has perhaps taken a URL out already.
local function delivery_count(value)
  local number = tonumber(value)
  if number and number >= 0 and number < 1e9 then
    return math.floor(number)
  end
  return nil
end

-- The entry of Q_progress; what other hands wrote there is the text itself.
local function decode_item(text)
  local ok, item = pcall(cjson.decode, text)
  if ok and type(item) == 'table' and type(item.url) == 'string' then
    item.deliveries = delivery_count(item.deliveries) or 1
    return item
  end
  return { url = text, deliveries = 1 }
end

local function append_all(list, first)
  for i = first, #ARGV, 1000 do
    redis.call('RPUSH', list, unpack(ARGV, i, math.min(i + 999, #ARGV)))
  end
end
