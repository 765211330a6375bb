-- KEYS: entry, claims. Returns the first bytes of the entry, which tell when it was written and when it expires; all of it if
-- it carries tags, since those are behind them; none if another program's data is in its place, which is deleted too, as
-- `SET` replaces it.
local found = redis.pcall('GETRANGE', KEYS[1], 0, 63)
if type(found) == 'table' then
  if not found.err:find('WRONGTYPE') then return found end
  found = ''
elseif found:sub(1, 2) == '\254\202' and (found:byte(4) or 0) >= 128 then
  found = redis.call('GET', KEYS[1])
end
redis.call('UNLINK', KEYS[1], KEYS[2])
return found
