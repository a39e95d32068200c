-- The last two crawls that brought pages: how many answers refused us, how many were of use.
with latest as (
    select id from crawls
    where site = :site and kind = 'crawl' and started_at between :since and :now
        and outcome in ('finished', 'limited', 'incomplete') and fetched > 0
    order by started_at desc, rowid desc limit 2
)
select crawl, sum(status in (401, 403, 429, 451)) as refused,
    sum(status in (200, 304) and outcome is not 'challenge') as useful
from captures
where site = :site and fetched_at between :since and :now and crawl in (select id from latest)
    and url not like '%/robots.txt'
group by crawl
