-- ARGV: now, queue, cursor, count. {cursor, how many failed URLs went back to the inbox}.
local fault = queue_fault(key)
if fault then
  return fault
end
local step = redis.call('HSCAN', key.fail, ARGV[3], 'COUNT', ARGV[4])
local moved = 0
for i = 1, #step[2], 2 do
  local url = step[2][i]
  if redis.call('HDEL', key.fail, url) == 1 then
    redis.call('RPUSH', key.inbox, url)
    redis.call('HDEL', key.deliveries, url)
    moved = moved + 1
  end
end
return { step[1], moved }
