-- What every script of the instances begins with.

local INDEX = 'instances'
local DOCUMENT = 'instance:'
-- How long an instance counts as alive without a word from it.
local LIFE_S = 30

local now = tonumber(redis.call('TIME')[1])

-- All of this is written again within seconds, so what other hands put there may go.
if redis.call('TYPE', INDEX).ok ~= 'zset' then
  redis.call('DEL', INDEX)
end
redis.call('ZREMRANGEBYSCORE', INDEX, '-inf', now - LIFE_S)
