-- ARGV: 8 number of a change (-1: only tell the last one's), 9 count.
-- {number to go on from, views ...}: of at most `count` proxies that changed after that change, the
-- longest ago first. The number is -1 where the order of changes began anew since.

local begin = tonumber(ARGV[8])
local last = redis.pcall('ZSCORE', CHANGES, '')
last = type(last) == 'string' and tonumber(last) or 0
if begin < 0 then
  return {whole(last)}
end
if begin > last then
  return {'-1'}
end

local found = redis.call('ZRANGEBYSCORE', CHANGES, '(' .. whole(begin), '+inf', 'WITHSCORES',
  'LIMIT', 0, tonumber(ARGV[9]))
local result = {whole(begin)}
for index = 1, #found, 2 do
  result[1] = whole(tonumber(found[index + 1]))
  if found[index] ~= '' then
    add_view(result, found[index])
  end
end
return result
