-- The newest and the oldest day with articles, how many such days, the longest silence between.
-- From each such day the next one is looked up: a day costs the same, however many its articles.
with recursive days (day, before) as (
    select min(
        coalesce((select min(published_at) from articles
            where site = :site and published_at between :since and :now), '~'),
        coalesce((select min(first_seen_at) from articles
            where site = :site and published_at is null
            and first_seen_at between :since and :now), '~')), null
    union all
    select min(
        coalesce((select min(published_at) from articles
            where site = :site and published_at > substr(day, 1, 10) || '~'
            and published_at <= :now), '~'),
        coalesce((select min(first_seen_at) from articles
            where site = :site and published_at is null
            and first_seen_at > substr(day, 1, 10) || '~' and first_seen_at <= :now), '~')), day
    from days where day < '~'
)
select substr(max(day), 1, 10) as newest, substr(min(day), 1, 10) as oldest, count(*) as days,
    max(julianday(substr(day, 1, 10)) - julianday(substr(before, 1, 10))) as longest_gap
from days where day < '~'
