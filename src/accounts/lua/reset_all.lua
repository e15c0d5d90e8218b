-- ARGV: now, prefix, cursor, count. {cursor, changed}.
return change_each(ARGV[2], ARGV[3], argument(4), function(id)
  local account = load_or_replace_account(id)
  forget_history(account)
  local changed = save_account(account)
  if changed then
    record(account, 'reset')
  end
  return changed
end)
