-- KEYS: entry, claims. ARGV: token, value, its milliseconds.
local entry, claims, token = KEYS[1], KEYS[2], ARGV[1]
if is_broken(entry, claims, token) then
  drop(claims, token)
  return 0
end
local number = claim_of(claims, token)
drop(claims, token)
put(entry, ARGV[2], ARGV[3])
-- What was taken down earlier is broken by it. What was taken down later is not: it has seen this value, so to speak.
for _, other in ipairs(redis.call('HKEYS', claims)) do
  local later = other ~= 'last' and other ~= 'lease' and claim_of(claims, other)
  if later and later > number then
    redis.call('HSET', claims, other, numbered(later, identity(entry)))
  elseif later then
    drop(claims, other)
  end
end
return 1
