-- Forget the mirror of another Kafka cluster, whose offsets say nothing about this one's, or of another version of the
-- app, whose totals are others. Where nobody has said whose it is, it was emptied: what is there is of those who run.
--
-- ARGV[1] the id of this cluster, and the app's with its version
local known = redis.call('GET', 'mirror:cluster')
if known and known ~= ARGV[1] then
  for _, key in ipairs(redis.call('KEYS', 'mirror:*')) do redis.call('DEL', key) end
end
redis.call('SET', 'mirror:cluster', ARGV[1])
