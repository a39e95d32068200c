-- Certificates of the site's hosts that expire soon, or have.
select c.host, c.expires_at from sites s, json_each(s.hosts) host
join certificates c on c.host = host.value
where s.name = :site and c.expires_at <= :soon order by c.expires_at
