-- Set documents, unless newer ones stand there: several workers publish the same documents.
--
-- KEYS     the documents
-- ARGV[1]  the version of the totals they were made from
-- ARGV[2…] their JSON, in the order of KEYS
--
-- A version above the counter stems from before the server was emptied: it would never be replaced.
local version = tonumber(ARGV[1])
if tonumber(redis.call('GET', 'mirror:version') or 0) < version then return 'lost' end
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('HGET', 'mirror:versions', key) or 0) <= version then
    redis.call('HSET', 'mirror:versions', key, version)
    redis.call('SET', key, ARGV[i + 1])
  end
end
return 'published'
