-- KEYS: lane_instances. The status of every lane of the processes that live.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
local all = {}
for _, instance in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  for _, status in ipairs(redis.call('HVALS', 'lane_status:' .. instance)) do
    all[#all + 1] = status
  end
end
return all
