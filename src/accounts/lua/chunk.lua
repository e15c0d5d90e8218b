-- A step through the index, in byte order of ids.

-- Where to go on: after the last id. A NUL cannot travel through the caller's arguments, so behind
-- an id that has one (written by hand: no account can be named so) it goes past all of its like.
local function cursor_after(id)
  local nul = string.find(id, '%z')
  if nul then
    return '[' .. string.sub(id, 1, nul - 1) .. '\1'
  end
  return '(' .. id
end

-- At most `count` ids that start with the prefix, and the cursor of the next step, '' after the
-- last; nil, nil and an error where the index is no sorted set. No UTF-8 has the byte 255, so
-- nothing with the prefix sorts behind prefix .. '\255'.
local function step(prefix, cursor, count)
  local from, to = '-', '+'
  if prefix ~= '' then
    from, to = '[' .. prefix, '(' .. prefix .. '\255'
  end
  if cursor ~= '' then
    from = cursor
  end
  local ids = redis.pcall('ZRANGEBYLEX', INDEX, from, to, 'LIMIT', 0, count)
  if ids.err then
    return nil, nil, key_fault(ids, INDEX, 'sorted set', 'delete that key')
  end
  return ids, #ids < count and '' or cursor_after(ids[#ids])
end

-- Steps once and gives {cursor, how many accounts `change` says it changed}.
local function change_each(prefix, cursor, count, change)
  local ids, following, fault = step(prefix, cursor, count)
  if not ids then
    return fault
  end
  local changed = 0
  for _, id in ipairs(ids) do
    if change(id) then
      changed = changed + 1
    end
  end
  return { following, changed }
end
