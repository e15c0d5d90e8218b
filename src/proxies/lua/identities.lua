-- Every server identity that has state; one whose proxies are gone is taken out of the set, and one
-- whose key is of another type is left out: whoever asks for that one by name is told.

local result = {}
for _, identity in ipairs(redis.call('SMEMBERS', 'server_identities')) do
  local found = redis.call('TYPE', 'proxies:' .. identity).ok
  if found == 'hash' then
    result[#result + 1] = identity
  elseif found == 'none' then
    redis.call('SREM', 'server_identities', identity)
  end
end
return result
