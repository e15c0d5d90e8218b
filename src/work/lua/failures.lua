-- ARGV: now, queue, cursor, count. {cursor, {url, JSON, url, JSON, ...}}.
local fault = queue_fault(key)
if fault then
  return fault
end
return redis.call('HSCAN', key.fail, ARGV[3], 'COUNT', ARGV[4])
