-- Whether one of the caller's own proxies can be used now; the turn stays where it is.
-- ARGV: 8 the proxy. Gives seconds until it is ACTIVE: 0 where it is, -1 where an operator must
-- act.

return active_in((look_at_own(ARGV[8])))
