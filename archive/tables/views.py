"""Views that answer common questions, so that people's SQL can begin where ours ends."""

from __future__ import annotations

from sqlite_utils import Database

VIEWS: dict[str, str] = {
    "latest_articles": """
select id, published_at, title, site, province, province_2025, unit, section, words, revisions,
  gone_at, url
from articles indexed by articles_by_date
where published_at > ''
order by published_at desc
""",
    "articles_by_month": """
select month, sum(articles) as articles, count(distinct site) as sites
from month_counts where month <> ''
group by month
""",
    "articles_by_province_month": """
select province, province_2025, month, sum(articles) as articles
from month_counts where month <> '' and province <> ''
group by province, province_2025, month
""",
    "province_totals": """
select province, province_2025, sum(articles) as articles, count(distinct site) as sites,
  min(nullif(month, '')) as first_month, max(nullif(month, '')) as last_month
from month_counts where province <> ''
group by province, province_2025
""",
    "articles_by_site_year": """
select site, substr(month, 1, 4) as year, sum(articles) as articles,
  count(*) as months_with_articles
from month_counts where month <> ''
group by site, year
""",
    "changed_articles": """
select r.article_id, r.number as version, r.seen_at, r.changed, a.title, p.title as title_before,
  a.site, a.published_at, a.url
from revisions r indexed by revisions_by_change
join articles a on a.id = r.article_id
join revisions p on p.article_id = r.article_id and p.number = r.number - 1
where r.number > 1
order by r.seen_at desc
""",
    "gone_articles": """
select id, gone_at, gone_reason, title, site, province, published_at, first_seen_at, last_seen_at,
  cast(julianday(substr(gone_at, 1, 19)) - julianday(substr(first_seen_at, 1, 19)) as integer)
    as days_kept,
  url
from articles indexed by articles_by_gone
where gone_at is not null
order by gone_at desc
""",
    "site_health": """
select s.name as site, s.title, s.province, c.started_at, c.finished_at, c.outcome, c.complete,
  c.requests, c.new, c.changed, c.gone, c.unreadable, c.errors,
  round(100.0 * c.errors / nullif(c.requests, 0), 1) as error_percent
from sites s
left join crawls c on c.id = (
  select id from crawls where site = s.name order by started_at desc limit 1)
""",
    "articles_with_attachments": """
select a.id, a.published_at, a.title, a.site, t.title as attachment, t.url as attachment_url
from attachments t join articles a on a.id = t.article_id
""",
}
"""Name -> select. Every one reads an index or a kept count, never the articles' texts at large."""


def create_views(db: Database) -> None:
    """Create the views, replacing older ones of the same name."""
    for name, sql in VIEWS.items():
        db.execute(f"drop view if exists {name}")
        db.execute(f"create view {name} as {sql.strip()}")
