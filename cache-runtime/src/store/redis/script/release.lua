-- KEYS: entry, claims. ARGV: token, for how many milliseconds no other exclusive claim is taken down.
local claims, token, pause = KEYS[2], ARGV[1], tonumber(ARGV[2])
local is_holder = holder(claims) == token
if is_holder and pause > 0 and redis.call('HEXISTS', claims, token) == 1 then
  -- It stays as a claim that nobody fulfils: what breaks claims ends the pause.
  redis.call('HSET', claims, 'lease', string.format('%s %.0f', token, now() + pause))
  return 0
end
redis.call('HDEL', claims, token)
if is_holder then redis.call('HDEL', claims, 'lease') end
return 0
