-- Answers in the look-back window, without robots.txt: how many, and how many of use.
select count(*) as answers,
    coalesce(sum(status in (200, 304) and outcome is not 'challenge'), 0) as useful
from captures
where site = :site and fetched_at between :since and :now and url not like '%/robots.txt'
