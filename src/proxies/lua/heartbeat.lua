-- Says that an instance lives. ARGV: 8 how many proxies it owns, 9 whose turn it believes it is.
-- Gives 'incomplete' where Redis lacks what enrolling writes.

local owned = tonumber(ARGV[8])
local members = MEMBERS .. instance
local is_complete = redis.call('LLEN', members) == owned and redis.call('HLEN', STATES) >= owned and
    redis.call('ZCARD', ORDER) >= owned and redis.call('SISMEMBER', IDENTITIES, identity) == 1
if not is_complete then
  return 'incomplete'
end
redis.call('EXPIRE', members, MEMBERS_EXPIRE_S)
redis.call('HSETNX', ROTATION, instance, ARGV[9])
return 'complete'
