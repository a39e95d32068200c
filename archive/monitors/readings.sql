-- The latest readings of article pages, newest first: what each one lacked. Only young articles
-- and addresses never asked before: an old page that is read again shows an old template, and a
-- page that never was readable says nothing new.
select c.crawl, c.fetched_at as at,
    c.outcome not in ('article', 'print') as unread,
    c.outcome = 'no_title' as no_title,
    c.outcome in ('no_body', 'empty') or (a.id is not null and a.body = '' and a.lead = ''
        and a.table_text = ''
        and not exists (select 1 from images where article_id = a.id)) as no_body,
    a.id is not null and a.published_at is null as no_date,
    coalesce(a.layout = 'generic', 0) as generic,
    coalesce(a.fallbacks, '[]') as fallbacks,
    coalesce(a.layout, '') as layout,
    c.warc_file, c.warc_offset, c.record_type
from captures c
left join articles a on a.id = c.article_id and a.capture_id = c.id
left join articles known on known.id = c.article_id
where c.site = :site and c.fetched_at between :since and :now
    and case
        when c.outcome in ('article', 'print') then a.id is not null
            and coalesce(a.published_at, a.first_seen_at)
                >= date(substr(c.fetched_at, 1, 10), '-60 days')
        when c.outcome in ('no_title', 'no_body', 'empty', 'broken', 'static') then
            case when known.id is not null then coalesce(known.published_at, known.first_seen_at)
                >= date(substr(c.fetched_at, 1, 10), '-60 days')
            else exists (select 1 from unreadable u where u.address = c.address)
                and not exists (select 1 from captures e
                    where e.address = c.address and e.fetched_at < c.fetched_at) end
        when c.outcome = 'soft_404' then known.id is null
            and exists (select 1 from unreadable u where u.address = c.address)
            and not exists (select 1 from captures e
                where e.address = c.address and e.fetched_at < c.fetched_at)
        else 0 end
order by c.fetched_at desc limit 400
