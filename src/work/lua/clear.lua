-- ARGV: now, queue, 'inbox', 'result' or 'fail'. How many entries it held.
local fault = queue_fault(key)
if fault then
  return fault
end
local name = key[ARGV[3]]
local held = redis.call(ARGV[3] == 'inbox' and 'LLEN' or 'HLEN', name)
redis.call('UNLINK', name)
if ARGV[3] == 'inbox' then
  redis.call('UNLINK', key.deliveries)
end
return held
