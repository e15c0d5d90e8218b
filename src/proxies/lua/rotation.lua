-- The rotation of an identity. An instance that has given no word for a while is taken out of it.
-- Gives three values each: instance id, whose turn it is, and 'own' where that is one of its own.

local turns, names = {}, {}
local rotation = redis.call('HGETALL', ROTATION)
for index = 1, #rotation, 2 do
  local name = rotation[index]
  if redis.call('EXISTS', MEMBERS .. name) == 0 then
    redis.call('HDEL', ROTATION, name)
  else
    turns[name] = rotation[index + 1]
    names[#names + 1] = name
  end
end
table.sort(names)
local result = {}
for _, name in ipairs(names) do
  result[#result + 1] = name
  result[#result + 1] = turns[name]
  result[#result + 1] = redis.call('LPOS', MEMBERS .. name, turns[name]) and 'own' or ''
end
return result
