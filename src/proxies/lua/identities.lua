-- Every server identity that has state; one whose proxies are gone is taken out of the set.

local result = {}
for _, identity in ipairs(redis.call('SMEMBERS', 'server_identities')) do
  if redis.call('EXISTS', 'proxies:' .. identity) == 1 then
    result[#result + 1] = identity
  else
    redis.call('SREM', 'server_identities', identity)
  end
end
return result
