-- Changes of robots.txt: the latest, with the capture before it.
select url, at, before from (
    select c.url, c.fetched_at as at, c.payload_digest as digest,
        lag(c.payload_digest) over (partition by c.url order by c.fetched_at) as digest_before,
        lag(c.fetched_at) over (partition by c.url order by c.fetched_at) as before
    from sites s, json_each(s.hosts) host
    join captures c on c.url in (
        'http://' || host.value || '/robots.txt', 'https://' || host.value || '/robots.txt',
        'http://www.' || host.value || '/robots.txt', 'https://www.' || host.value || '/robots.txt')
    where s.name = :site and c.status = 200 and c.fetched_at between :since and :now
)
where digest <> digest_before order by at desc limit 1
