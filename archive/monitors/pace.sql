-- Articles of each of the last 53 weeks, counted backwards from now (week 0 are the last 7 days).
select cast((julianday(:now) - julianday(at)) / 7 as integer) as week, count(*) as articles
from (
    select coalesce(published_at, first_seen_at) as at from articles
    where site = :site and published_at between :since and :now
    union all
    select first_seen_at from articles
    where site = :site and published_at is null and first_seen_at between :since and :now
)
group by week
