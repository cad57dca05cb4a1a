-- Set documents, unless newer ones stand there: several workers publish the same documents.
--
-- KEYS     the documents
-- ARGV[1]  the version of the totals they were made from
-- ARGV[2…] for each of KEYS "aged" or "ageless", and its JSON
--
-- A version above the counter stems from before the server was emptied: it would never be replaced.
-- A number of a known age is never replaced by one of none: while a new snapshot, or a new version of the app, is
-- counted, the numbers from before are shown, with their age. What counts processing alone is ageless: always shown.
local version = tonumber(ARGV[1])
if tonumber(redis.call('GET', 'mirror:version') or 0) < version then return 'lost' end
local function has_age(document) return document and string.find(document, '"as_of":"', 1, true) end
for i, key in ipairs(KEYS) do
  local kind, document = ARGV[2 * i], ARGV[2 * i + 1]
  if tonumber(redis.call('HGET', 'mirror:versions', key) or 0) <= version
    and (kind == 'ageless' or has_age(document) or not has_age(redis.call('GET', key))) then
    redis.call('HSET', 'mirror:versions', key, version)
    redis.call('SET', key, document)
  end
end
return 'published'
