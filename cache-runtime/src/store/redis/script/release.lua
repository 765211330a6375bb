-- KEYS: entry, claims. ARGV: token, for how many milliseconds no exclusive claim is granted.
local claims, token, pause = KEYS[2], ARGV[1], tonumber(ARGV[2])
if pause > 0 and holder(claims) == token and claim_of(claims, token) then
  -- The claim stays, and nobody will complete it: whatever breaks claims ends the pause.
  redis.call('HSET', claims, 'lease', string.format('%s %.0f', token, now() + pause))
else
  drop(claims, token)
end
return 0
