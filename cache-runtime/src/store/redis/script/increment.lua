-- KEYS: entry. ARGV: by, now, the time to live of a new counter in milliseconds, whether a caller chose it (1 or 0).
-- Returns the sum as text, or 'other' or 'overflow' if the entry is no number or the sum is out of range.
local entry, by, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
local old = redis.call('GET', entry)

local function start()
  put(entry, by, ARGV[3])
  return by
end

-- Whether an entry of this library has expired. Its header contains the moment, in little-endian order.
local function has_expired(bytes)
  return #bytes >= 32 and bytes:sub(1, 2) == '\254\202' and struct.unpack('<i8', bytes, 25) <= now
end

-- A Lua number holds 53 bits. A larger sum is read from Redis as text.
local function exact(sum)
  if sum > -2^53 and sum < 2^53 then return string.format('%.0f', sum) end
  return redis.call('GET', entry)
end

-- Redis fails on overflow, and on digits that exceed an integer of 64 bits. Other failures are outages, such as a full memory.
local function failure(reply)
  if reply.err:find('overflow') then return 'overflow' end
  if reply.err:find('not an integer') then return 'other' end
  return reply
end

if not old then return start() end
if old:find('^%-?%d+$') then
  local sum = redis.pcall('INCRBY', entry, by)
  if type(sum) == 'table' then return failure(sum) end
  if ARGV[4] == '1' and ARGV[3] ~= '' and redis.call('PTTL', entry) == -1 then
    redis.call('PEXPIRE', entry, ARGV[3])
  end
  return exact(sum)
end
local number, moment = old:match('^(%-?%d+)@(%-?%d+)$')
if not number then return has_expired(old) and start() or 'other' end
if tonumber(moment) <= now then return start() end
redis.call('SET', entry, number, 'KEEPTTL')
local sum = redis.pcall('INCRBY', entry, by)
local counted = type(sum) ~= 'table'
local text = counted and exact(sum) or number
redis.call('SET', entry, text .. '@' .. moment, 'KEEPTTL')
return counted and text or failure(sum)
