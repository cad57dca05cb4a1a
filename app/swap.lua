-- Swap partials of one partition for newer ones, and move the totals by the difference, at once.
--
-- KEYS[1]  the partition's partials: a hash of "document path" -> amount, and "offset" -> the position they stand for
-- ARGV[1]  the position of the new ones
-- ARGV[2]  "whole" where the new ones are all that the partition has, "part" where they are those that changed
-- ARGV[3…] document, path in the document, amount; and again
--
-- An older position never replaces a newer one, so a worker that lost the partition can do no harm. A part on top of
-- nothing is refused: the server was emptied, and the whole is wanted.
local held = redis.call('HGET', KEYS[1], 'offset')
if not held and ARGV[2] ~= 'whole' then return 'lost' end
if held and tonumber(held) > tonumber(ARGV[1]) then return 'old' end
redis.call('HSET', KEYS[1], 'offset', ARGV[1])
for i = 3, #ARGV, 3 do
  local document, path, amount = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local partial = document .. ' ' .. path
  local before = redis.call('HGET', KEYS[1], partial)
  if before ~= amount then
    local totals = 'mirror:totals:' .. document
    redis.call('HSET', KEYS[1], partial, amount)
    redis.call('HINCRBY', totals, path, amount) -- as strings: a Lua number holds 53 bits only
    if before and before ~= '0' then -- '-0' is no integer
      local back = before:sub(1, 1) == '-' and before:sub(2) or '-' .. before
      redis.call('HINCRBY', totals, path, back)
    end
  end
end
return 'swapped'
