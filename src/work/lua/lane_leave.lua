-- KEYS: lane_instances, lane_status:<instance>, lane_stops:<instance>. ARGV: instance.
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2], KEYS[3])
return 1
