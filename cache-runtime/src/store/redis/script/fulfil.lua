-- KEYS: entry, claims. ARGV: token, value, its milliseconds.
local entry, claims, token = KEYS[1], KEYS[2], ARGV[1]
if is_broken(entry, claims, token) then
  if holder(claims) == token then redis.call('HDEL', claims, 'lease') end
  redis.call('HDEL', claims, token)
  return 0
end
put(entry, ARGV[2], ARGV[3])
redis.call('UNLINK', claims) -- It breaks the others.
return 1
