-- ARGV: now, queue, item id. 1, or what became of the item.
local fault = queue_fault(key)
if fault then
  return fault
end
local id = ARGV[3]
local item, missing = find_item(id)
if not item then
  return missing[1] == 'released' and 1 or missing
end
take_out(id)
redis.call('LPUSH', key.inbox, item.url)
if item.deliveries > 1 then
  redis.call('HSET', key.deliveries, item.url, item.deliveries - 1)
end
bury(id, 'released', item.url)
return 1
