-- ARGV: now, queue, texts ... How many the inbox holds then.
local fault = queue_fault(key)
if fault then
  return fault
end
append_all(key.inbox, 3)
redis.call('SADD', KNOWN_QUEUES, ARGV[2])
return redis.call('LLEN', key.inbox)
