-- ARGV: now. The queues that hold something; the others are forgotten.
local fault = type_fault(KNOWN_QUEUES, 'set')
if fault then
  return fault
end
local names = {}
for _, queue in ipairs(redis.call('SMEMBERS', KNOWN_QUEUES)) do
  local keys = keys_of(queue)
  if redis.call('EXISTS', keys.inbox, keys.progress, keys.result, keys.fail) > 0 then
    names[#names + 1] = queue
  else
    redis.call('SREM', KNOWN_QUEUES, queue)
  end
end
return names
