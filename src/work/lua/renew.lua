-- ARGV: now, queue, item id, lease. 1, or what became of the item.
local fault = queue_fault(key)
if fault then
  return fault
end
local item, missing = find_item(ARGV[3])
if not item then
  return missing
end
item.lease_expires_at = now + argument(4)
redis.call('HSET', key.progress, ARGV[3], cjson.encode(item))
redis.call('ZADD', key.leases, item.lease_expires_at, ARGV[3])
return 1
