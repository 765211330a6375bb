-- KEYS: entry, claims. Returns what tells whether the entry had expired.
local head = redis.call('GETRANGE', KEYS[1], 0, 63)
redis.call('UNLINK', KEYS[1], KEYS[2])
return head
