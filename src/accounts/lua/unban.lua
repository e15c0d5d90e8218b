-- ARGV: now, id. 0 where the account is unknown, else 1.
local account, fault = load_account(ARGV[2])
if not account then
  return fault
end
local known, index_fault = is_known(account)
if not known then
  return index_fault or 0
end
activate(account)
local changed, save_fault = save_account(account)
if changed then
  record(account, 'unbanned')
end
return save_fault or 1
