-- KEYS: entry, claims. ARGV: token, for how many milliseconds no other exclusive claim is taken down.
local claims, token, pause = KEYS[2], ARGV[1], tonumber(ARGV[2])
if pause > 0 and holder(claims) == token and claim_of(claims, token) then
  -- It stays as a claim that nobody fulfils: what breaks claims ends the pause.
  redis.call('HSET', claims, 'lease', string.format('%s %.0f', token, now() + pause))
else
  drop(claims, token)
end
return 0
