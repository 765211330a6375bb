-- The claims on an entry are fields of one hash. A claim is stored under its token, with a number in the order of
-- recording and the identity of the entry at that time: '7 <identity>'. Two more fields are 'last', the last number, and
-- 'lease', the token of the exclusive claim and when it ends: '<token> <moment>'.

-- Distinguishes one write of an entry from another: the header of an entry, which contains the time of the write and a
-- checksum, or the digits of a number with the moment of its expiry. It is empty for an absent entry.
local function identity(entry)
  local head = redis.call('GETRANGE', entry, 0, 63)
  if #head == 0 then return head end
  if head:sub(1, 2) == '\254\202' then return head:sub(1, 32) end
  local moment = redis.pcall('PEXPIRETIME', entry) -- Before Redis 7, a number is identified by its digits alone.
  return type(moment) == 'number' and string.format('%s %.0f', head, moment) or head
end

local function numbered(number, seen)
  return string.format('%.0f ', number) .. seen
end

-- The number of a claim and the identity that it has seen; nil if it is not recorded.
local function claim_of(claims, token)
  local claim = redis.call('HGET', claims, token)
  if not claim then return nil end
  local number, rest = claim:match('^(%d+) ()')
  return tonumber(number), claim:sub(rest)
end

-- Whether a claim is broken: it is no longer recorded, because the entry was deleted, or another value is stored now.
-- An entry that has expired in the meantime breaks no claim.
local function is_broken(entry, claims, token)
  local number, seen = claim_of(claims, token)
  if not number then return true end
  local present = identity(entry)
  return present ~= '' and present ~= seen
end

-- The server's time, in milliseconds.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The token of the exclusive claim, and when it ends.
local function holder(claims)
  local lease = redis.call('HGET', claims, 'lease')
  if not lease then return nil, 0 end
  local token, ends = lease:match('^(%S+) (%d+)$')
  return token, tonumber(ends)
end

-- Removes a claim, and the hash with the last one.
local function drop(claims, token)
  if holder(claims) == token then redis.call('HDEL', claims, 'lease') end
  if redis.call('HDEL', claims, token) == 1 and redis.call('HLEN', claims) == 1 then redis.call('DEL', claims) end
end

-- Stores a value for some milliseconds, or for ever if `millis` is empty.
local function put(entry, value, millis)
  if millis == '' then
    redis.call('SET', entry, value)
  else
    redis.call('SET', entry, value, 'PX', millis)
  end
end
