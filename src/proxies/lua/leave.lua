-- Takes the instance out of the rotation.

redis.call('HDEL', ROTATION, instance)
return redis.call('DEL', MEMBERS .. instance)
