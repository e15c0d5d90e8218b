-- Forgets some proxies of an identity: state, history, place in the order and in the rotation.
-- ARGV: 8 'all' to forget the rotation itself as well, from 9 on the proxies.
-- Gives how many had a state.

local forgotten = {}
local number = 0
for index = 9, #ARGV do
  local url = ARGV[index]
  if redis.call('HDEL', STATES, url) == 1 then
    number = number + 1
    record(url, 'deleted', audit_operator)
  end
  redis.call('DEL', failures_key(url))
  redis.call('ZREM', ORDER, url)
  redis.pcall('ZREM', CHANGES, url)
  forgotten[url] = true
end
local rotation = redis.call('HGETALL', ROTATION)
for index = 1, #rotation, 2 do
  if ARGV[8] == 'all' or forgotten[rotation[index + 1]] then
    redis.call('HDEL', ROTATION, rotation[index])
  end
end
if redis.call('EXISTS', STATES) == 0 then
  redis.call('DEL', ORDER)
  redis.call('SREM', IDENTITIES, identity)
end
return number
