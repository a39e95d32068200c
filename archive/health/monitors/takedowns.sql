-- Crawls in which many known articles were gone at once, and how many were looked at again.
select c.crawl, min(c.fetched_at) as at,
    count(distinct case when c.outcome in ('gone', 'soft_404', 'redirect_home')
        then c.article_id end) as gone,
    count(distinct c.article_id) as looked_at
from captures c join articles a on a.id = c.article_id
where c.site = :site and c.fetched_at between :since and :now
    and a.first_seen_at < substr(c.fetched_at, 1, 19)
group by c.crawl having gone > 0
order by gone desc limit 1
