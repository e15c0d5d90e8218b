-- ARGV: now, queue, item id, 'result' or 'fail', JSON, next queue or '', next items ... 1, or what
-- became of the item.
local id, into, next_queue = ARGV[3], ARGV[4], ARGV[6]
local end_of = { result = 'succeeded', fail = 'failed' }
local other = { result = 'fail', fail = 'result' }
local next_key = next_queue ~= '' and keys_of(next_queue)

local fault = queue_fault(key) or next_key and queue_fault(next_key)
if fault then
  return fault
end
local item, missing = find_item(id)
if not item then
  return missing[1] == end_of[into] and 1 or missing
end
take_out(id)
redis.call('HSET', key[into], item.url, ARGV[5])
redis.call('HDEL', key[other[into]], item.url)
bury(id, end_of[into])
if next_key and #ARGV > 6 then
  append_all(next_key.inbox, 7)
  redis.call('SADD', KNOWN_QUEUES, next_queue)
end
return 1
