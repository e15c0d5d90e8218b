-- ARGV: now, id, proxy_url, server_identity, penalize (1 or 0), reason, threshold, ban_duration.
-- 1 where this failure banned the account, else 0.
local now = clock()
local account, fault = load_account(ARGV[2])
if not account then
  return fault
end

recover(account, now)
account.failure_count = account.failure_count + 1
account.last_failure_timestamp = now
note_use(account, ARGV[3], ARGV[4])

local banned = 0
if ARGV[5] == '1' then
  account.consecutive_failures = account.consecutive_failures + 1
  local threshold = argument(7)
  if threshold > 0 and account.consecutive_failures >= threshold and
      account.status ~= 'BANNED' then
    local rest_until = account.status == 'RESTING' and account.status_until or 0
    ban(account, now, argument(8), ARGV[6])
    -- A ban on top of a rest must not bring the account back sooner.
    if not is_endless(account) then
      account.status_until = math.max(account.status_until, rest_until)
    end
    happened(account, 'banned', ARGV[6])
    banned = 1
  end
end

local _, save_fault = save_account(account)
return save_fault or banned
