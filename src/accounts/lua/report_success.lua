-- ARGV: now, id, proxy_url, server_identity, penalize (1 or 0), active_duration, cooldown.
local now = clock()
local account, fault = load_account(ARGV[2])
if not account then
  return fault
end

recover(account, now)
account.success_count = account.success_count + 1
account.consecutive_failures = 0
account.last_success_timestamp = now
note_use(account, ARGV[3], ARGV[4])

if account.status == 'ACTIVE' and ARGV[5] == '1' then
  -- A start in the future (the clock was set back) would put the rest off for as long.
  if account.active_since == 0 or account.active_since > now then
    account.active_since = now
  end
  rest_when_due(account, now, argument(6), argument(7))
end

local _, save_fault = save_account(account)
return save_fault or 1
