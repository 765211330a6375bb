-- KEYS: counts. ARGV, for each: by, the highest count that is granted, the floor of a moment (empty for a counter), the
-- time to live of a count that starts now in milliseconds (empty for ever).
-- Returns whether all steps were taken (1 or 0), and for each count its number and the milliseconds that Redis keeps it:
-- -1 for ever, -2 if there is no count. Returns nothing but 2 if a value is no number.

-- One step of a counter, as most checks are: counted at once, and taken back if that was too much. What is no number is left
-- to the general way.
local by, at_most, fresh = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
if #KEYS == 1 and ARGV[3] == '' and by > 0 and fresh then
  local key = KEYS[1]
  local value, granted = redis.pcall('INCRBY', key, ARGV[1]), 1
  if type(value) == 'number' then
    local left = redis.call('PTTL', key)
    local is_new = left == -1 and value == by
    if value > at_most then
      if is_new then
        redis.call('DEL', key)
        return { 0, 0, -2 }
      end
      value = redis.call('DECRBY', key, ARGV[1])
      granted = 0
    end
    -- It is new, or a clock was set back, or the time to live has become shorter.
    if left < 0 or left > fresh then
      redis.call('PEXPIRE', key, ARGV[4])
      left = fresh
    end
    return { granted, value, left }
  end
end

local steps, granted = {}, true
for at, key in ipairs(KEYS) do
  local first = at * 4 - 3
  local old, left = redis.call('GET', key), -2
  local by, at_most, floor = tonumber(ARGV[first]), tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
  local ttl = ARGV[first + 3]
  local fresh = tonumber(ttl) or -1
  local value = floor or 0
  local step = { fresh = fresh }
  if old then
    if not old:find('^%-?%d+$') then return { 2 } end
    left = redis.call('PTTL', key)
    -- A clock was set back, or the time to live has become shorter.
    local outlives = fresh >= 0 and (left < 0 or left > fresh)
    if floor and tonumber(old) > at_most then
      old, step.repair = at_most, fresh
    elseif not floor and outlives then
      step.repair = fresh
    end
    step.value, step.left = tonumber(old), step.repair or left
    value = math.max(value, step.value)
  end
  if value + by > at_most then granted = false end
  if by > 0 or (by < 0 and old) then
    step.sum = math.max(value + by, floor or 0)
    step.keeps = old and not floor and not step.repair
  end
  steps[at] = step
end

local reply = { granted and 1 or 0 }
for at, key in ipairs(KEYS) do
  local step = steps[at]
  local value, left = step.value, step.left or -2
  if granted and step.sum then
    value, left = step.sum, step.keeps and left or step.fresh
  end
  if (granted and step.sum) or step.repair then
    local text = string.format('%.0f', value)
    if granted and step.keeps then
      redis.call('SET', key, text, 'KEEPTTL')
    elseif left < 0 then
      redis.call('SET', key, text)
    else
      redis.call('SET', key, text, 'PX', string.format('%.0f', left))
    end
  end
  reply[#reply + 1], reply[#reply + 2] = value or 0, left
end
return reply
