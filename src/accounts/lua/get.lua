-- ARGV: now, id, active_duration, cooldown. The view of one account.
local view, fault = read_account(ARGV[2], clock(), argument(3), argument(4))
return view or fault
