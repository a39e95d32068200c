-- The latest readings of article pages, newest first: what each one lacked. Only young articles
-- and addresses never asked before: an old page that is read again shows an old template, and a
-- page that never was readable says nothing new.
select r.crawl, r.fetched_at as at, 0 as unread, 0 as no_title,
    r.bare and not exists (select 1 from images where article_id = r.article_id) as no_body,
    r.no_date, r.layout = 'generic' as generic, r.fallbacks, r.layout, r.capture_id
from article_readings r
where r.site = :site and r.fetched_at between :since and :now
union all
select c.crawl, c.fetched_at, 1, c.outcome = 'no_title', c.outcome in ('no_body', 'empty'), 0, 0,
    '[]', '', c.id
from captures c left join articles known on known.id = c.article_id
where c.site = :site and c.fetched_at between :since and :now
    and c.outcome in ('no_title', 'no_body', 'empty', 'broken', 'static', 'soft_404')
    and case
        when known.id is not null then c.outcome <> 'soft_404'
            and coalesce(known.published_at, known.first_seen_at)
                >= date(substr(c.fetched_at, 1, 10), '-60 days')
        else exists (select 1 from unreadable u where u.address = c.address)
            and not exists (select 1 from captures e
                where e.address = c.address and e.fetched_at < c.fetched_at) end
order by 2 desc limit 400
