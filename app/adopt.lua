-- Forget the mirror of another Kafka cluster: its offsets say nothing about this one's.
--
-- ARGV[1] the id of this cluster
if redis.call('GET', 'mirror:cluster') ~= ARGV[1] then
  for _, key in ipairs(redis.call('KEYS', 'mirror:*')) do redis.call('DEL', key) end
  redis.call('SET', 'mirror:cluster', ARGV[1])
end
