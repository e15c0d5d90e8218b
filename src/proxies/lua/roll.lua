-- Every proxy of an identity, in rotation order. One that has a state and no place in the order
-- gets one at its end, one that has a place and no state loses it.

local states = {}
local without_place = {}
for _, url in ipairs(redis.call('HKEYS', STATES)) do
  states[url] = true
end
local roll = {}
for _, url in ipairs(redis.call('ZRANGE', ORDER, 0, -1)) do
  if states[url] then
    roll[#roll + 1] = url
    states[url] = nil
  else
    redis.call('ZREM', ORDER, url)
    redis.call('DEL', failures_key(url))
  end
end
for url in pairs(states) do
  without_place[#without_place + 1] = url
end
table.sort(without_place)
for _, url in ipairs(without_place) do
  append_to_order(url)
  roll[#roll + 1] = url
end
return roll
