-- How the site's crawls went: the last one, the last that brought pages, and failures since.
with log as (
    select started_at, coalesce(finished_at, started_at) as ended_at, outcome, detail, complete,
        outcome in ('finished', 'limited', 'incomplete') and fetched > 0 as well,
        outcome in ('failed', 'crashed', 'killed')
            or (outcome = 'incomplete' and fetched = 0) as badly
    from crawls where site = :site and kind = 'crawl' and started_at <= :now
),
success as (select max(ended_at) as at, max(started_at) as began from log where well)
select
    (select count(*) from log) as crawls,
    (select max(complete) from log) as walked,
    (select at from success) as last_success,
    (select outcome from log order by started_at desc limit 1) as last_outcome,
    (select detail from log order by started_at desc limit 1) as last_detail,
    (select count(*) from log where badly
        and started_at > coalesce((select began from success), '')) as failures,
    (select min(started_at) from log where badly
        and started_at > coalesce((select began from success), '')) as failing_since,
    (select max(started_at) from log where badly
        and started_at > coalesce((select began from success), '')) as failed_last,
    (select started_at from log where well order by started_at desc limit 1) as last_began,
    (select due_at from schedule where site = :site) as due_at
