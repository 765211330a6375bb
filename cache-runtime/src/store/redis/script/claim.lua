-- KEYS: entry, claims. ARGV: token, whether it is exclusive (1 or 0), its length, how long it is remembered, all in milliseconds.
local entry, claims = KEYS[1], KEYS[2]
local token, exclusive, length, remembered = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3]), tonumber(ARGV[4])
if exclusive then
  -- A repeated claim of the same token does not refuse itself.
  local other, ends = holder(claims)
  if other and other ~= token and ends > now() and not is_broken(entry, claims, other) then return 0 end
  redis.call('HSET', claims, 'lease', string.format('%s %.0f', token, now() + length))
end
redis.call('HSET', claims, token, numbered(redis.call('HINCRBY', claims, 'last', 1), identity(entry)))
if redis.call('PTTL', claims) < remembered then redis.call('PEXPIRE', claims, ARGV[4]) end
return 1
