-- What every script of the proxies begins with: time, keys, and a proxy's state.
-- ARGV: 1 the time to take for now ('': Redis' own), 2 window, 3 failures and 4 different accounts
-- in it that ban, 5 length of a ban (all durations in seconds), 6 server identity, 7 instance id.
-- The scripts' own arguments follow from 8 on.

-- In steps of 100 us, as a time is kept by cjson, which writes 14 digits: what comes back is then
-- the same moment, and not one before it.
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) + math.floor(tonumber(time[2]) / 100) / 10000
end

local now = tonumber(ARGV[1]) or clock()
local policy = {
  window = tonumber(ARGV[2]),
  failures = tonumber(ARGV[3]),
  accounts = tonumber(ARGV[4]),
  ban = tonumber(ARGV[5]),
}
local identity, instance = ARGV[6], ARGV[7]
local STATES = 'proxies:' .. identity
local ORDER = 'proxy_order:' .. identity
local CHANGES = 'proxy_changes:' .. identity
local ROTATION = 'proxy_rotation:' .. identity
local MEMBERS = 'proxy_members:' .. identity .. ':'
local IDENTITIES = 'server_identities'
-- How long an instance counts as alive without a word from it.
local MEMBERS_EXPIRE_S = 60

local function failures_key(url)
  return 'proxy_failures:' .. identity .. ':' .. url
end

local function whole(number)
  return string.format('%.0f', number)
end

-- Anything may stand in Redis. What is no number, or none that can be a time or a count, is nil.
local function sane(value)
  local number = tonumber(value)
  if number and number > -1e15 and number < 1e15 then
    return number
  end
  return nil
end

local function count(value)
  return math.max(math.floor(sane(value) or 0), 0)
end

local function fresh_state()
  return {
    status = 'ACTIVE',
    success_count = 0,
    failure_count = 0,
    last_success_timestamp = 0,
    last_failure_timestamp = 0,
  }
end

-- A broken value is as good as none: a fresh one.
local function parse_state(text)
  local parsed, value = pcall(cjson.decode, text)
  if not parsed or type(value) ~= 'table' then
    return fresh_state()
  end
  local state = {
    status = value.status == 'BANNED' and 'BANNED' or 'ACTIVE',
    success_count = count(value.success_count),
    failure_count = count(value.failure_count),
    last_success_timestamp = count(value.last_success_timestamp),
    last_failure_timestamp = count(value.last_failure_timestamp),
    failures_since = sane(value.failures_since),
  }
  if state.status == 'BANNED' then
    state.banned_until = sane(value.banned_until)
    state.ban_reason = type(value.ban_reason) == 'string' and value.ban_reason or nil
  end
  return state
end

local function save_state(url, state)
  note_change(CHANGES, url)
  redis.call('HSET', STATES, url, cjson.encode({
    status = state.status,
    success_count = state.success_count,
    failure_count = state.failure_count,
    last_success_timestamp = state.last_success_timestamp,
    last_failure_timestamp = state.last_failure_timestamp,
    ban_reason = state.ban_reason or cjson.null,
    banned_until = state.banned_until or cjson.null,
    failures_since = state.failures_since,
  }))
end

-- What stands between the first colon behind the scheme and the last @ becomes ***.
local function without_password(url)
  local scheme, userinfo, host = string.match(url, '^(.-://)(.*)(@[^@]*)$')
  if not scheme then
    scheme, userinfo, host = '', string.match(url, '^(.*)(@[^@]*)$')
  end
  local user = userinfo and string.match(userinfo, '^([^:]*):')
  return user and scheme .. user .. ':***' .. host or url
end

local function record(url, change, actor, reason)
  audit_record('proxy', without_password(url), identity, change, actor, reason)
end

-- The end of the order, unless it has its place.
local function append_to_order(url)
  if redis.call('ZSCORE', ORDER, url) then
    return
  end
  local last = redis.call('ZREVRANGE', ORDER, 0, 0, 'WITHSCORES')
  redis.call('ZADD', ORDER, (tonumber(last[2]) or 0) + 1, url)
end

local function create_state(url)
  local state = fresh_state()
  save_state(url, state)
  append_to_order(url)
  redis.call('SADD', IDENTITIES, identity)
  return state
end

local function make_active(state)
  state.status, state.ban_reason, state.banned_until = 'ACTIVE', nil, nil
end

-- The state, with a ban that is over ended; nil where the proxy is not in Redis.
local function read_state(url)
  local text = redis.call('HGET', STATES, url)
  if not text then
    return nil
  end
  local state = parse_state(text)
  if state.status == 'BANNED' and state.banned_until and state.banned_until <= now then
    make_active(state)
    save_state(url, state)
    record(url, 'active', audit_instance, 'the ban is over')
  end
  return state
end

-- Seconds until it is ACTIVE by itself: 0 where it is, -1 where only an operator ends the ban.
local function active_in(state)
  if state.status ~= 'BANNED' then
    return 0
  end
  return state.banned_until and math.max(math.ceil(state.banned_until - now), 1) or -1
end

local function ban(state, reason, duration)
  state.status, state.ban_reason = 'BANNED', reason
  state.banned_until = duration >= 0 and now + duration or nil
end
