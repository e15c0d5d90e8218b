-- ARGV: now, prefix, cursor, count, active_duration, cooldown. {cursor, view, view, ...}.
local now, active_duration, cooldown = clock(), argument(5), argument(6)
local ids, following, fault = step(ARGV[2], ARGV[3], argument(4))
if not ids then
  return fault
end

local views = { following }
for _, id in ipairs(ids) do
  if not string.find(id, '%z') then
    views[#views + 1] = view_anyway(id, now, active_duration, cooldown)
  end
end
return views
