-- ARGV: now, number of a change (-1: only tell the last one's), count, active_duration, cooldown.
-- As changes_after: each account's view.
local now = clock()
local active_duration, cooldown = argument(4), argument(5)

return changes_after(CHANGES, argument(2), argument(3), function(result, id)
  if not string.find(id, '%z') then
    result[#result + 1] = view_anyway(id, now, active_duration, cooldown)
  end
end)
