-- ARGV: instance id.
redis.call('DEL', DOCUMENT .. ARGV[1])
redis.call('ZREM', INDEX, ARGV[1])
return 1
