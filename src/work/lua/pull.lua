-- ARGV: now, queue, max_deliveries, item id, lane id, lease. {text, deliveries, lease_expires_at},
-- or {false, how many are in progress}.
local SWEPT_BY_A_PULL = 100

local fault = queue_fault(key)
if fault then
  return fault
end
sweep(SWEPT_BY_A_PULL, argument(3))

local url = redis.call('LPOP', key.inbox)
if not url then
  redis.call('DEL', key.deliveries)
  return { false, redis.call('HLEN', key.progress) }
end

local id, expires = ARGV[4], now + argument(6)
local deliveries = (delivery_count(redis.call('HGET', key.deliveries, url)) or 0) + 1
redis.call('HDEL', key.deliveries, url)
local item = {
  url = url, lane_id = ARGV[5], deliveries = deliveries, lease_expires_at = expires,
  pulled_at = now,
}
redis.call('HSET', key.progress, id, cjson.encode(item))
redis.call('ZADD', key.leases, expires, id)
redis.call('SADD', KNOWN_QUEUES, ARGV[2])
return { url, deliveries, math.floor(expires) }
