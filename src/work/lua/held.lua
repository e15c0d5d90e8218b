-- ARGV: now, queue, lane id, lease. {text, deliveries, lease_expires_at, item id} of what the lane
-- holds, with its lease renewed, or {false}.
local fault = queue_fault(key)
if fault then
  return fault
end
local entries = redis.call('HGETALL', key.progress)
for i = 1, #entries, 2 do
  local id, item = entries[i], decode_item(entries[i + 1])
  if item.lane_id == ARGV[3] then
    item.lease_expires_at = now + argument(4)
    redis.call('HSET', key.progress, id, cjson.encode(item))
    redis.call('ZADD', key.leases, item.lease_expires_at, id)
    return { item.url, item.deliveries, math.floor(item.lease_expires_at), id }
  end
end
return { false }
