-- KEYS: entry, claims. ARGV: token, for how many milliseconds no exclusive claim is granted. Returns whether the claim was
-- unbroken.
local claims, token, pause = KEYS[2], ARGV[1], tonumber(ARGV[2])
local unbroken = is_broken(KEYS[1], claims, token) and 0 or 1
if pause > 0 and holder(claims) == token and claim_of(claims, token) then
  -- The claim stays, and nobody will complete it: whatever breaks claims ends the pause.
  redis.call('HSET', claims, 'lease', string.format('%s %.0f', token, now() + pause))
else
  drop(claims, token)
end
return unbroken
