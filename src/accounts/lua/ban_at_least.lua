-- ARGV: now, id, duration (negative: until unbanned), reason. 1, or 0 where a ban lasts longer.
local now, duration = clock(), argument(3)
local account, fault = load_account(ARGV[2])
if not account then
  return fault
end
recover(account, now)
if account.status == 'BANNED' and (is_endless(account) or
    duration >= 0 and account.status_until >= now + duration) then
  return 0
end
local rest_until = account.status == 'RESTING' and account.status_until or 0
ban(account, now, duration, ARGV[4])
if not is_endless(account) then
  account.status_until = math.max(account.status_until, rest_until)
end
local _, save_fault = save_account(account)
if save_fault then
  return save_fault
end
record(account, 'banned', ARGV[4])
return 1
