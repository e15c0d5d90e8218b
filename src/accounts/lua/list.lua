-- ARGV: now, prefix, cursor, count, active_duration, cooldown. {cursor, view, view, ...}.
local now, active_duration, cooldown = clock(), argument(5), argument(6)
local ids, following, fault = step(ARGV[2], ARGV[3], argument(4))
if not ids then
  return fault
end

-- One damaged key must not hide all other accounts; shown as banned, it is not taken for work.
local function view_of_damaged(id, damage)
  return { id, 'BANNED', -1, 0, 0, 0, 0, 0, 0, string.gsub(damage.err, '^ERR ', ''), false, false }
end

local views = { following }
for _, id in ipairs(ids) do
  if not string.find(id, '%z') then
    local view, damage = read_account(id, now, active_duration, cooldown)
    views[#views + 1] = view or view_of_damaged(id, damage)
  end
end
return views
