-- What a reader gets of an account. The order is that of account_info.c.

local function seconds_to_active(account, now)
  if account.status == 'ACTIVE' then
    return 0
  end
  return is_endless(account) and -1 or account.status_until - now
end

local function view_of(account, now)
  return {
    account.id, account.status, seconds_to_active(account, now), account.success_count,
    account.failure_count, account.consecutive_failures, account.last_success_timestamp,
    account.last_failure_timestamp, account.active_since, account.reason, account.last_proxy_url,
    account.last_server_identity,
  }
end

-- A read moves the account where its time has come. The view, or nil and an error.
local function read_account(id, now, active_duration, cooldown)
  local account, fault = load_account(id)
  if not account then
    return nil, fault
  end
  local recovered = recover(account, now)
  if rest_when_due(account, now, active_duration, cooldown) or recovered then
    local _, save_fault = save_account(account)
    if save_fault then
      return nil, save_fault
    end
  end
  return view_of(account, now)
end

-- One damaged key must not hide all other accounts; shown as banned, it is not taken for work.
local function view_of_damaged(id, damage)
  return { id, 'BANNED', -1, 0, 0, 0, 0, 0, 0, string.gsub(damage.err, '^ERR ', ''), false, false }
end

local function view_anyway(id, now, active_duration, cooldown)
  local view, damage = read_account(id, now, active_duration, cooldown)
  return view or view_of_damaged(id, damage)
end
