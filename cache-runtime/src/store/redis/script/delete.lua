-- KEYS: entry, claims. Returns the first bytes of the entry, which tell whether it had expired; none if another program's
-- data is in its place, which is deleted too, as `SET` replaces it.
local head = redis.pcall('GETRANGE', KEYS[1], 0, 63)
if type(head) == 'table' then
  if not head.err:find('WRONGTYPE') then return head end
  head = ''
end
redis.call('UNLINK', KEYS[1], KEYS[2])
return head
