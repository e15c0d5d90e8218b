-- KEYS: lane_instances, lane_status:<instance>, lane_stops:<instance>.
-- ARGV: instance, seconds to live, number of pairs, lane and status ..., lanes that are gone ...
-- What a running process says of its lanes, and hears in return: the lanes asked to stop.
local now = tonumber(redis.call('TIME')[1])
local life = tonumber(ARGV[2])
local pairs_end = 3 + 2 * tonumber(ARGV[3])

redis.call('ZADD', KEYS[1], now + life, ARGV[1])
for i = 4, pairs_end, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
for i = pairs_end + 1, #ARGV do
  redis.call('HDEL', KEYS[2], ARGV[i])
end
redis.call('EXPIRE', KEYS[2], life)
local asked = redis.call('SMEMBERS', KEYS[3])
redis.call('DEL', KEYS[3])
return asked
