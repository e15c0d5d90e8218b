-- {age, document, age, document, ...}, in no order. A thousand are enough for any page.
local LIMIT = 1000
local found = redis.call('ZRANGE', INDEX, 0, LIMIT - 1, 'WITHSCORES')
local result = {}
for index = 1, #found, 2 do
  local document = redis.pcall('GET', DOCUMENT .. found[index])
  if type(document) == 'string' then
    result[#result + 1] = math.max(now - tonumber(found[index + 1]), 0)
    result[#result + 1] = document
  end
end
return result
