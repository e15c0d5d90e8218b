-- KEYS: lane_instances. ARGV: queue ('': any), lane ('': any), seconds a request is kept.
-- Asks every running lane that is meant; how many those were.
local now = tonumber(redis.call('TIME')[1])
local count = 0
for _, instance in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  local lanes = redis.call('HGETALL', 'lane_status:' .. instance)
  local stops = 'lane_stops:' .. instance
  for i = 1, #lanes, 2 do
    local readable, status = pcall(cjson.decode, lanes[i + 1])
    if
      readable
      and type(status) == 'table'
      and status.state ~= 'STOPPED'
      and (ARGV[1] == '' or status.queue == ARGV[1])
      and (ARGV[2] == '' or lanes[i] == ARGV[2])
    then
      redis.call('SADD', stops, lanes[i])
      redis.call('EXPIRE', stops, ARGV[3])
      count = count + 1
    end
  end
end
return count
