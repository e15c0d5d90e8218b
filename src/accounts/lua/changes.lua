-- ARGV: now, number of a change (-1: only tell the last one's), count, active_duration, cooldown.
-- {number to go on from, view, ...}: at most `count` accounts that changed after that change, the
-- longest ago first. The number is -1 where the order of changes began anew since.
local now, after, count = clock(), argument(2), argument(3)
local active_duration, cooldown = argument(4), argument(5)

local last = redis.pcall('ZSCORE', CHANGES, '')
last = type(last) == 'string' and tonumber(last) or 0
if after < 0 then
  return { text_of(last) }
end
if after > last then
  return { '-1' }
end

local found = redis.call('ZRANGEBYSCORE', CHANGES, '(' .. text_of(after), '+inf', 'WITHSCORES',
  'LIMIT', 0, count)
local result = { text_of(after) }
for i = 1, #found, 2 do
  result[1] = text_of(tonumber(found[i + 1]))
  if found[i] ~= '' and not string.find(found[i], '%z') then
    result[#result + 1] = view_anyway(found[i], now, active_duration, cooldown)
  end
end
return result
