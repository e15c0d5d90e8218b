-- Who changed what. Stands before every script that can change the state of an account or a proxy,
-- and end.lua behind it: what the script records here goes into the stream within the same step as
-- the change itself, and to the caller, who logs it.
-- Takes the first three of ARGV for itself, so that a script counts its own from 1: the instance,
-- as who makes what happens by itself; on whose behalf it calls ('': nobody's); how many of the
-- changes it wants told.

local AUDIT_STREAM = 'audit_events'
-- About: Redis trims whole nodes of the stream.
local AUDIT_LENGTH = 10000

local audit_instance = table.remove(ARGV, 1)
local audit_caller = table.remove(ARGV, 1)
local audit_operator = audit_caller ~= '' and audit_caller or audit_instance
local audit_wanted = tonumber(table.remove(ARGV, 1)) or 0
local audit_told = {}

-- Whether it is the reply to a command on a key of another type. Where Redis takes no writes (its
-- memory or its disk is full), the key itself is good.
local function is_wrong_type(reply)
  return type(reply) == 'table' and reply.err and string.find(reply.err, '^%-?WRONGTYPE') ~= nil
end

local function audit_append(fields)
  return redis.pcall('XADD', AUDIT_STREAM, 'MAXLEN', '~', AUDIT_LENGTH, '*', unpack(fields))
end

-- A key of another type is in the way of the stream for good, so it goes. No failure here undoes or
-- hinders the change.
local function audit_record(entity, name, identity, change, actor, reason)
  local fields = {
    'entity', entity, 'name', name, 'identity', identity, 'change', change, 'actor', actor,
    'reason', reason or '',
  }
  local id = audit_append(fields)
  if is_wrong_type(id) then
    redis.call('DEL', AUDIT_STREAM)
    id = audit_append(fields)
  end
  if #audit_told < audit_wanted then
    audit_told[#audit_told + 1] = { type(id) == 'string' and id or '', fields }
  end
end

local function script()
