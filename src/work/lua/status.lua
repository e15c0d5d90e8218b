-- ARGV: now, queue, max_deliveries, limit. {inbox, in progress, succeeded, failed, taken back}.
local fault = queue_fault(key)
if fault then
  return fault
end
local n_swept = sweep(argument(4), argument(3))
local counts = {
  redis.call('LLEN', key.inbox), redis.call('HLEN', key.progress), redis.call('HLEN', key.result),
  redis.call('HLEN', key.fail),
}
if counts[1] + counts[2] + counts[3] + counts[4] > 0 then
  redis.call('SADD', KNOWN_QUEUES, ARGV[2])
end
counts[5] = n_swept
return counts
