-- ARGV: 8 number of a change (-1: only tell the last one's), 9 count.
-- As changes_after: the values of each proxy's view, one behind the other.
return changes_after(CHANGES, tonumber(ARGV[8]), tonumber(ARGV[9]), add_view)
