-- KEYS: entry. ARGV: by, now, the milliseconds of a counter that starts, whether a caller asked for them (1 or 0).
-- Returns the sum as text; 'other' or 'overflow' where it cannot be counted.
local entry, by, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
local old = redis.call('GET', entry)

local function start()
  put(entry, by, ARGV[3])
  return by
end

-- Whether an entry of this library has expired: the moment stands in its header, the least byte first.
local function has_expired(bytes)
  return #bytes >= 32 and bytes:sub(1, 2) == '\254\202' and struct.unpack('<i8', bytes, 25) <= now
end

-- A number of Lua holds 53 bits of a sum; beyond that Redis itself is asked.
local function exact(sum)
  if sum > -2^53 and sum < 2^53 then return string.format('%.0f', sum) end
  return redis.call('GET', entry)
end

-- More digits than a counter may have are no number to Redis.
local function hindrance(reply)
  return reply.err:find('overflow') and 'overflow' or 'other'
end

if not old then return start() end
if old:find('^%-?%d+$') then
  local sum = redis.pcall('INCRBY', entry, by)
  if type(sum) == 'table' then return hindrance(sum) end
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
return counted and text or hindrance(sum)
