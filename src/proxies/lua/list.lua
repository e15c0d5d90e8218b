-- The views of some proxies; those that are not in Redis are left out. ARGV: from 8 on proxies.

local result = {}
for index = 8, #ARGV do
  add_view(result, ARGV[index])
end
return result
