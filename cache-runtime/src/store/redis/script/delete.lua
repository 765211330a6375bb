-- KEYS: entry, claims. Returns the first bytes of the entry, which tell whether it had expired.
local head = redis.call('GETRANGE', KEYS[1], 0, 63)
redis.call('UNLINK', KEYS[1], KEYS[2])
return head
