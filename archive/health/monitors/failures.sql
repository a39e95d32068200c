-- Failures by class in the look-back window: requests without an answer, and answers of no use.
-- What a crawl that gave a host up did not send has not failed; the crawl's detail says why.
select class, sum(times) as times, max(at) as latest from (
    select kind as class, count(*) as times, max(failed_at) as at from fetch_errors
    where site = :site and failed_at between :since and :now and kind <> 'given_up'
    group by kind
    union all
    select case
            when outcome = 'challenge' then 'challenge'
            when status in (401, 403, 429, 451) then 'blocked'
            when status in (404, 410) then 'not_found'
            when status >= 500 then 'server_error'
            when status between 300 and 399 and location like 'http%' and not exists (
                select 1 from sites s, json_each(s.hosts) host where s.name = :site
                and (location like 'http%://' || host.value || '%'
                    or location like 'http%://www.' || host.value || '%')) then 'moved'
            when outcome in ('no_title', 'no_body', 'empty', 'broken') then 'parse'
        end as class, count(*), max(fetched_at)
    from captures
    where site = :site and fetched_at between :since and :now and url not like '%/robots.txt'
    group by class
)
where class is not null group by class order by times desc, class
