-- ARGV: now, id. 0 where the account is unknown, else 1.
local account = load_or_replace_account(ARGV[2])
local known, index_fault = is_known(account)
if not known then
  return index_fault or 0
end
forget_history(account)
local changed, save_fault = save_account(account)
if changed then
  record(account, 'reset')
end
return save_fault or 1
