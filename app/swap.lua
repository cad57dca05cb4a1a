-- Swap partials of one partition for newer ones, and move the totals by the difference, at once.
--
-- KEYS[1]  the partition's partials: a hash of "document path" -> amount, of "offset" -> the position that they stand for,
--          and of "start" -> the offset at which their snapshot began
-- KEYS[2]  by partition, the commit time in ms up to which it is counted; empty: not known
-- ARGV[1]  the position of the new ones
-- ARGV[2]  "whole" if the new ones are all that the partition has, "part" if they are those that changed
-- ARGV[3]  the offset at which their snapshot began
-- ARGV[4]  the partition, as KEYS[2] names it
-- ARGV[5]  the commit time up to which it is counted; empty: not known
-- ARGV[6]  the position that this worker wrote last; empty: none
-- ARGV[7…] document, path in the document, amount; and again
--
-- An older position never replaces a newer one, so a worker that lost the partition can do no harm. A part on top of
-- anything but what this worker wrote itself is refused, and the whole is wanted: the server was emptied, and a worker
-- that does not know that it lost the partition may have written first. The age of an earlier snapshot is void.
local held = redis.call('HGET', KEYS[1], 'offset')
if held and tonumber(held) > tonumber(ARGV[1]) then return 'old' end
if ARGV[2] ~= 'whole' and held ~= ARGV[6] then return 'lost' end
local as_of = ARGV[5]
if as_of == '' and redis.call('HGET', KEYS[1], 'start') == ARGV[3] then
  as_of = redis.call('HGET', KEYS[2], ARGV[4]) or ''
end
redis.call('HSET', KEYS[1], 'offset', ARGV[1], 'start', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[4], as_of)
for i = 7, #ARGV, 3 do
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
