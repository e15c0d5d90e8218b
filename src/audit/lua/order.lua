-- Which members of a pool changed last, for a watcher that reads what changed since it last looked:
-- a sorted set of the members by the number of their last change; '' has the last number of all.

-- Puts the member behind all others. A key of another type is in the way of the order for good, so
-- it goes.
local function note_change(order, member)
  local number = redis.pcall('ZINCRBY', order, 1, '')
  if is_wrong_type(number) then
    redis.call('DEL', order)
    number = nil
  end
  if type(number) ~= 'string' then
    number = redis.call('ZINCRBY', order, 1, '')
  end
  redis.call('ZADD', order, number, member)
end

-- {number to go on from, ...}: behind the number what `add` appends for each of at most `count`
-- members that changed after that change, the longest ago first, until it says that it is enough.
-- After -1 the last number alone; the number is -1 where the order began anew since.
local function changes_after(order, after, count, add)
  local last = redis.pcall('ZSCORE', order, '')
  last = type(last) == 'string' and tonumber(last) or 0
  if after < 0 then
    return { string.format('%.0f', last) }
  end
  if after > last then
    return { '-1' }
  end
  local result = { string.format('%.0f', after) }
  local found = redis.call('ZRANGEBYSCORE', order, '(' .. result[1], '+inf', 'WITHSCORES',
    'LIMIT', 0, count)
  for i = 1, #found, 2 do
    -- '' has the number of the last one and stands before it, which may be for the next step.
    if found[i] ~= '' then
      result[1] = string.format('%.0f', tonumber(found[i + 1]))
      if add(result, found[i]) then
        break
      end
    end
  end
  return result
end
