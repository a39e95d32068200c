-- The newest and the oldest day with articles, how many such days, the longest silence between.
with days as (
    select distinct substr(published_at, 1, 10) as day from articles
    where site = :site and published_at between :since and :now
    union
    select distinct substr(first_seen_at, 1, 10) from articles
    where site = :site and published_at is null and first_seen_at between :since and :now
)
select max(day) as newest, min(day) as oldest, count(*) as days,
    max(julianday(day) - julianday(before)) as longest_gap
from (select day, lag(day) over (order by day) as before from days)
