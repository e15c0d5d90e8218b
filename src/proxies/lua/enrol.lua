-- Writes a part of one instance's own proxies into Redis, as far as they are not there: state,
-- order, and the list of what the instance owns.
-- ARGV: 8 'first' for the part the list begins with; 9 the greatest place in the order that the
-- parts before it had; 10 whose turn it is unless the rotation says so already ('': leave it);
-- from 11 on the proxies, in rotation order. Gives the greatest place in the order.

local members = MEMBERS .. instance
local place = tonumber(ARGV[9])

if ARGV[8] == 'first' then
  redis.call('DEL', members)
end
for index = 11, #ARGV do
  local url = ARGV[index]
  if redis.call('HEXISTS', STATES, url) == 0 then
    create_state(url)
  end
  -- One that stands before its predecessor moves to the end, so that the order is the rotation's.
  local found = tonumber(redis.call('ZSCORE', ORDER, url) or nil)
  if not found or found <= place then
    redis.call('ZREM', ORDER, url)
    append_to_order(url)
    found = tonumber(redis.call('ZSCORE', ORDER, url))
  end
  place = found
  redis.call('RPUSH', members, url)
end
redis.call('EXPIRE', members, MEMBERS_EXPIRE_S)
redis.call('SADD', IDENTITIES, identity)
if ARGV[10] ~= '' then
  redis.call('HSETNX', ROTATION, instance, ARGV[10])
end
return whole(place)
