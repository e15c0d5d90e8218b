-- ARGV: now, id, duration (negative: until unbanned), reason.
local now = clock()
local account, fault = load_account(ARGV[2])
if not account then
  return fault
end
recover(account, now)
ban(account, now, argument(3), ARGV[4])
local _, save_fault = save_account(account)
if save_fault then
  return save_fault
end
record(account, 'banned', ARGV[4])
return 1
