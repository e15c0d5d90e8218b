-- One item that a lane holds.

-- The item, or nil and the reply {what, state}: what became of it ('' where nobody remembers), and
-- where its URL is seen now ('result', 'fail' or '').
local function find_item(id)
  local text = redis.call('HGET', key.progress, id)
  if text then
    return decode_item(text)
  end
  local memory = redis.call('GET', tombstone(id))
  local ok, grave = pcall(cjson.decode, memory or '')
  if not ok or type(grave) ~= 'table' or type(grave.what) ~= 'string' then
    return nil, { '', '' }
  end
  local state = ''
  if type(grave.url) ~= 'string' then
    return nil, { grave.what, state }
  end
  if redis.call('HEXISTS', key.result, grave.url) == 1 then
    state = 'result'
  elseif redis.call('HEXISTS', key.fail, grave.url) == 1 then
    state = 'fail'
  end
  return nil, { grave.what, state }
end

local function take_out(id)
  redis.call('HDEL', key.progress, id)
  redis.call('ZREM', key.leases, id)
end
