-- Leases that are over.

-- Leases of Q_progress that are not in Q_leases, as other hands may leave them.
local function mend_leases()
  if redis.call('HLEN', key.progress) <= redis.call('ZCARD', key.leases) then
    return
  end
  local entries = redis.call('HGETALL', key.progress)
  for i = 1, #entries, 2 do
    local expires = tonumber(decode_item(entries[i + 1]).lease_expires_at) or now
    redis.call('ZADD', key.leases, 'NX', expires, entries[i])
  end
end

local function poison(item)
  return cjson.encode({
    errorCode = 'POISON',
    message = string.format(
      'delivered %d times, and no lane came to an end with it: each died or lost its lease',
      item.deliveries),
    deliveries = item.deliveries,
    laneId = type(item.lane_id) == 'string' and item.lane_id or nil,
    failedAt = math.floor(now),
  })
end

local function take_back(id, max_deliveries)
  redis.call('ZREM', key.leases, id)
  local text = redis.call('HGET', key.progress, id)
  if not text then
    return
  end
  local item = decode_item(text)
  redis.call('HDEL', key.progress, id)
  if item.deliveries >= max_deliveries then
    redis.call('HSET', key.fail, item.url, poison(item))
    redis.call('HDEL', key.result, item.url)
    bury(id, 'poison')
  else
    redis.call('RPUSH', key.inbox, item.url)
    redis.call('HSET', key.deliveries, item.url, item.deliveries)
    bury(id, 'expired', item.url)
  end
end

-- Takes back at most `limit`, the oldest first; how many.
local function sweep(limit, max_deliveries)
  mend_leases()
  local ids = redis.call('ZRANGEBYSCORE', key.leases, '-inf', now, 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    take_back(id, max_deliveries)
  end
  return #ids
end
