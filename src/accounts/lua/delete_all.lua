-- ARGV: now, prefix, cursor, count. {cursor, changed}.
return change_each(ARGV[2], ARGV[3], argument(4), function(id)
  redis.call('DEL', STATUS_PREFIX .. id)
  local known = redis.call('ZREM', INDEX, id) == 1
  redis.pcall('ZREM', CHANGES, id)
  if known then
    audit_record('account', id, '', 'deleted', audit_operator)
  end
  return known
end)
