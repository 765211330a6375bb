-- KEYS: entry, claims. ARGV: token, its length, how long it is remembered, all in milliseconds.
local entry, claims, token = KEYS[1], KEYS[2], ARGV[1]
if is_broken(entry, claims, token) then return 0 end
if holder(claims) == token then
  redis.call('HSET', claims, 'lease', string.format('%s %.0f', token, now() + tonumber(ARGV[2])))
end
if redis.call('PTTL', claims) < tonumber(ARGV[3]) then redis.call('PEXPIRE', claims, ARGV[3]) end
return 1
