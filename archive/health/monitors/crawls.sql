-- How the site's crawls went: the last one, the last that brought pages, and failures since.
-- "crawls": whether there are any.
with success as (
    select
        (select coalesce(finished_at, started_at) from crawls
            where site = :site and kind = 'crawl' and +started_at <= :now
            and outcome in ('finished', 'limited', 'incomplete') and fetched > 0
            order by coalesce(finished_at, started_at) desc limit 1) as at,
        (select started_at from crawls
            where site = :site and kind = 'crawl' and started_at <= :now
            and outcome in ('finished', 'limited', 'incomplete') and fetched > 0
            order by started_at desc limit 1) as began
),
latest as (
    select started_at, outcome, detail from crawls
    where site = :site and kind = 'crawl' and started_at <= :now
    order by started_at desc, rowid desc limit 1
),
failed as (
    select count(*) as times, min(started_at) as first, max(started_at) as last from crawls
    where site = :site and kind = 'crawl' and started_at <= :now
        and started_at > coalesce((select began from success), '')
        and (outcome in ('failed', 'crashed', 'killed')
            or (outcome = 'incomplete' and fetched = 0))
)
select
    (select count(*) from latest) as crawls,
    exists (select 1 from crawls where site = :site and kind = 'crawl' and complete = 1
        and started_at <= :now) as walked,
    success.at as last_success,
    (select outcome from latest) as last_outcome,
    (select detail from latest) as last_detail,
    failed.times as failures,
    failed.first as failing_since,
    failed.last as failed_last,
    success.began as last_began,
    (select due_at from schedule where site = :site) as due_at
from success, failed
