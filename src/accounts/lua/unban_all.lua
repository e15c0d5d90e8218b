-- ARGV: now, prefix, cursor, count. {cursor, changed}.
return change_each(ARGV[2], ARGV[3], argument(4), function(id)
  local account = load_account(id)
  if not account then
    return false
  end
  activate(account)
  local changed = save_account(account)
  if changed then
    record(account, 'unbanned')
  end
  return changed
end)
