end

local audit_result = script()
if type(audit_result) == 'table' and audit_result.err then
  return audit_result
end
-- An element that is nil would end the reply.
return { audit_result or false, audit_told }
