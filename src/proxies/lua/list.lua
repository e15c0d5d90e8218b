-- The views of some proxies; those that are not in Redis are left out. ARGV: from 8 on proxies.
-- Behind how many of them were looked at: the others are for the next call.

local result = { #ARGV - 7 }
for index = 8, #ARGV do
  if add_view(result, ARGV[index]) then
    result[1] = index - 7
    break
  end
end
return result
