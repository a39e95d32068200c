-- Articles of each of the last 53 weeks, counted backwards from now (week 0 are the last 7 days).
with recursive weeks (week, after, until) as (
    select 0, strftime('%Y-%m-%dT%H:%M:%S', substr(:now, 1, 19), '-7 days') || substr(:now, 20),
        :now
    union all
    select week + 1,
        strftime('%Y-%m-%dT%H:%M:%S', substr(after, 1, 19), '-7 days') || substr(:now, 20), after
    from weeks where after > :since
)
select week, articles from (
    select week,
        (select count(*) from articles
            where site = :site and published_at > after and published_at <= until)
        + (select count(*) from articles where site = :site and published_at is null
            and first_seen_at > after and first_seen_at <= until) as articles
    from weeks
)
where articles > 0
