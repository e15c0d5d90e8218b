-- ARGV: instance id, document.
redis.call('SET', DOCUMENT .. ARGV[1], ARGV[2], 'EX', LIFE_S)
redis.call('ZADD', INDEX, now, ARGV[1])
redis.call('EXPIRE', INDEX, LIFE_S)
return 1
