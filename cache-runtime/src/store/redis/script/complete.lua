-- KEYS: entry, claims. ARGV: token, value, its time to live in milliseconds.
local entry, claims, token = KEYS[1], KEYS[2], ARGV[1]
if is_broken(entry, claims, token) then
  drop(claims, token)
  return 0
end
local number = claim_of(claims, token)
drop(claims, token)
put(entry, ARGV[2], ARGV[3])
-- Claims recorded earlier are broken. Those recorded later stay: they are noted as having seen the new value.
for _, other in ipairs(redis.call('HKEYS', claims)) do
  local later = other ~= 'last' and other ~= 'lease' and claim_of(claims, other)
  if later and later > number then
    redis.call('HSET', claims, other, numbered(later, identity(entry)))
  elseif later then
    drop(claims, other)
  end
end
return 1
