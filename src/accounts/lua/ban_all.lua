-- ARGV: now, prefix, cursor, count, duration (negative: until unbanned), reason. {cursor, changed}.
-- A ban that is given again counts too: it runs anew.
local now, duration = clock(), argument(5)
return change_each(ARGV[2], ARGV[3], argument(4), function(id)
  local account = load_account(id)
  if not account then
    return false
  end
  recover(account, now)
  ban(account, now, duration, ARGV[6])
  if save_account(account) ~= nil then
    record(account, 'banned', ARGV[6])
  end
  return true
end)
