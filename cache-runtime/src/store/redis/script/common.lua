-- Claims on an entry are fields of one hash. By its token, each has a number, in the order in which they were taken down,
-- and what the entry was then: '7 <identity>'. Beside them stand 'last', the last number, and 'lease', who has the
-- exclusive one and until when: '<token> <moment>'.

-- What tells one writing of an entry from another: the header of an entry, which says when it was written and holds a
-- checksum, or the digits of a number with the moment of its expiry. Of what is absent it is empty.
local function identity(entry)
  local head = redis.call('GETRANGE', entry, 0, 63)
  if #head == 0 then return head end
  if head:sub(1, 2) == '\254\202' then return head:sub(1, 32) end
  local moment = redis.pcall('PEXPIRETIME', entry) -- Before Redis 7 a number is known by its digits alone.
  return type(moment) == 'number' and string.format('%s %.0f', head, moment) or head
end

local function numbered(number, seen)
  return string.format('%.0f ', number) .. seen
end

-- The number of a claim, and what it has seen; nothing if it is not taken down.
local function claim_of(claims, token)
  local claim = redis.call('HGET', claims, token)
  if not claim then return nil end
  local number, rest = claim:match('^(%d+) ()')
  return tonumber(number), claim:sub(rest)
end

-- Whether a claim is broken: it is no longer taken down, since the entry was deleted, or another value stands there.
-- An entry that has gone meanwhile by its own time breaks nothing.
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

-- Who has the exclusive claim, and until when.
local function holder(claims)
  local lease = redis.call('HGET', claims, 'lease')
  if not lease then return nil, 0 end
  local token, ends = lease:match('^(%S+) (%d+)$')
  return token, tonumber(ends)
end

-- Takes a claim away; the hash goes with the last one.
local function drop(claims, token)
  if holder(claims) == token then redis.call('HDEL', claims, 'lease') end
  if redis.call('HDEL', claims, token) == 1 and redis.call('HLEN', claims) == 1 then redis.call('DEL', claims) end
end

-- Keeps a value for so many milliseconds, or for ever.
local function put(entry, value, millis)
  if millis == '' then
    redis.call('SET', entry, value)
  else
    redis.call('SET', entry, value, 'PX', millis)
  end
end
