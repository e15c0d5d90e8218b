-- The account as every script here sees it. Stands before each of them; ARGV[1] is always the time
-- to take for now, empty for Redis' own clock.

local INDEX = 'account_index'
local CHANGES = 'account_changes'
local STATUS_PREFIX = 'account_status:'

local FIELDS = {
  'status', 'active_since', 'status_until', 'reason', 'success_count', 'failure_count',
  'consecutive_failures', 'last_success_timestamp', 'last_failure_timestamp', 'last_proxy_url',
  'last_server_identity',
}

-- Past this a double no longer tells whole numbers apart, so no count or time of ours reaches it.
local LARGEST = 1e15

local STATES = { ACTIVE = true, RESTING = true, BANNED = true }

-- Whatever is no whole number in range, such as text written by hand, counts as 0.
local function whole(text)
  local number = tonumber(text)
  if number and number >= 0 and number < LARGEST and number % 1 == 0 then
    return number
  end
  return 0
end

local function present(text)
  return text and text ~= '' and text or false
end

-- Durations come from our own caller and may be negative.
local function argument(index)
  return tonumber(ARGV[index]) or 0
end

local function clock()
  return tonumber(ARGV[1]) or tonumber(redis.call('TIME')[1])
end

-- The error to return after that reply to a command on the key.
local function key_fault(reply, key, wanted, remedy)
  if not is_wrong_type(reply) then
    return reply
  end
  local found = redis.call('TYPE', key).ok
  return redis.error_reply('ERR the Redis key ' .. key .. ' holds a ' .. found .. ' where a ' ..
    wanted .. ' belongs: ' .. remedy)
end

-- The account, or nil and the error to return where its key is no hash.
local function load_account(id)
  local key = STATUS_PREFIX .. id
  local stored = redis.pcall('HMGET', key, unpack(FIELDS))
  if stored.err then
    return nil, key_fault(stored, key, 'hash', 'reset or delete the account')
  end
  return {
    id = id,
    key = key,
    stored = stored,
    changes = {},
    status = STATES[stored[1]] and stored[1] or 'ACTIVE',
    active_since = whole(stored[2]),
    status_until = whole(stored[3]),
    reason = present(stored[4]),
    success_count = whole(stored[5]),
    failure_count = whole(stored[6]),
    consecutive_failures = whole(stored[7]),
    last_success_timestamp = whole(stored[8]),
    last_failure_timestamp = whole(stored[9]),
    last_proxy_url = present(stored[10]),
    last_server_identity = present(stored[11]),
  }
end

local function text_of(number)
  return string.format('%.0f', number)
end

local function text_or_absent(number)
  return number ~= 0 and text_of(number) or false
end

-- The hash as it should be, in the order of FIELDS; false for a field that should not be there.
local function stored_form(account)
  return {
    account.status,
    text_or_absent(account.active_since),
    text_or_absent(account.status_until),
    account.reason,
    text_of(account.success_count),
    text_of(account.failure_count),
    text_of(account.consecutive_failures),
    text_or_absent(account.last_success_timestamp),
    text_or_absent(account.last_failure_timestamp),
    account.last_proxy_url,
    account.last_server_identity,
  }
end

-- Fails before anything of the account is written: a call takes effect wholly or not at all.
local function index_account(id)
  local added = redis.pcall('ZADD', INDEX, 0, id)
  if type(added) == 'table' and added.err then
    return key_fault(added, INDEX, 'sorted set', 'delete that key')
  end
  return nil
end

-- An operator's change; what happens by itself is recorded when the account is saved.
local function record(account, change, reason)
  audit_record('account', account.id, '', change, audit_operator, reason)
end

local function happened(account, change, reason)
  account.changes[#account.changes + 1] = { change, reason }
end

-- Writes what differs from what is stored. TRUE where something did, or nil and an error.
local function save_account(account)
  local fault = index_account(account.id)
  if fault then
    return nil, fault
  end
  local set, remove = {}, {}
  for i, value in ipairs(stored_form(account)) do
    if value and value ~= account.stored[i] then
      set[#set + 1] = FIELDS[i]
      set[#set + 1] = value
    elseif not value and account.stored[i] then
      remove[#remove + 1] = FIELDS[i]
    end
  end
  if #set > 0 then
    redis.call('HSET', account.key, unpack(set))
  end
  if #remove > 0 then
    redis.call('HDEL', account.key, unpack(remove))
  end
  for _, change in ipairs(account.changes) do
    audit_record('account', account.id, '', change[1], audit_instance, change[2])
  end
  account.changes = {}
  if #set == 0 and #remove == 0 then
    return false
  end
  note_change(CHANGES, account.id)
  return true
end

-- TRUE where Redis knows the account, FALSE where not, or nil and an error.
local function is_known(account)
  if account.replaced then
    return true
  end
  for i = 1, #FIELDS do
    if account.stored[i] then
      return true
    end
  end
  local score = redis.pcall('ZSCORE', INDEX, account.id)
  if type(score) == 'table' and score.err then
    return nil, key_fault(score, INDEX, 'sorted set', 'delete that key')
  end
  return score and true or false
end

local function is_endless(account)
  return account.status == 'BANNED' and account.status_until == 0
end

local function activate(account)
  account.status = 'ACTIVE'
  account.active_since = 0
  account.status_until = 0
  account.consecutive_failures = 0
  account.reason = false
end

-- Ends a ban or a rest that is over.
local function recover(account, now)
  if account.status ~= 'ACTIVE' and not is_endless(account) and now >= account.status_until then
    happened(account, 'active', account.status == 'BANNED' and 'the ban is over' or
      'the rest is over')
    activate(account)
    return true
  end
  return false
end

-- Sends an account that was used for long enough to rest. With no rest to take, its timer restarts.
local function rest_when_due(account, now, active_duration, cooldown)
  if account.status ~= 'ACTIVE' or active_duration <= 0 or account.active_since == 0 or
      now - account.active_since < active_duration then
    return false
  end
  if cooldown > 0 then
    account.status = 'RESTING'
    account.status_until = now + cooldown
    account.reason = false
    happened(account, 'resting', string.format('in use for %.0f s', active_duration))
  else
    account.active_since = 0
  end
  return true
end

-- A negative duration means until unbanned.
local function ban(account, now, duration, reason)
  account.status = 'BANNED'
  account.status_until = duration >= 0 and now + duration or 0
  account.reason = present(reason)
end

local function note_use(account, proxy_url, server_identity)
  account.last_proxy_url = present(proxy_url) or account.last_proxy_url
  account.last_server_identity = present(server_identity) or account.last_server_identity
end

-- As if the account had never been used.
local function forget_history(account)
  activate(account)
  account.success_count = 0
  account.failure_count = 0
  account.last_success_timestamp = 0
  account.last_failure_timestamp = 0
  account.last_proxy_url = false
  account.last_server_identity = false
end

-- For a reset: a key that is no hash is replaced by an account without a history.
local function load_or_replace_account(id)
  local account = load_account(id)
  if account then
    return account
  end
  redis.call('DEL', STATUS_PREFIX .. id)
  local fresh = load_account(id)
  fresh.replaced = true
  return fresh
end
