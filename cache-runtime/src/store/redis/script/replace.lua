-- KEYS: entry. ARGV: its first 64 bytes as they were read, value, its time to live in milliseconds.
if redis.call('GETRANGE', KEYS[1], 0, 63) ~= ARGV[1] then return 0 end
put(KEYS[1], ARGV[2], ARGV[3])
return 1
