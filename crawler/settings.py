"""Scrapy's settings for every crawl: politeness, limits, the order of parts. Never one site.

What a run decides (folder of the WARCs, contact, sample web) is set by ``crawler.one_site``.
"""

from scrapy.settings import default_settings

from crawler import VERSION

BOT_NAME = "congdoan"
SPIDER_MODULES = ["spiders"]
# One broken file takes no other site with it.
SPIDER_LOADER_CLASS = "crawler.catalogue.SiteLoader"

# An honest name; {contact} is filled in for a live crawl, which refuses to start without one.
USER_AGENT_FORM = f"CongdoanArchive/{VERSION} (union news archive; {{contact}})"

# Manners. A site may be slower than this, never faster without a reason written in its file.
ROBOTSTXT_OBEY = True
DOWNLOAD_DELAY = 2.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 8
# Scrapy starts so many tasks for every response; our pipeline waits for nothing.
CONCURRENT_ITEMS = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 2.0
AUTOTHROTTLE_MAX_DELAY = 60.0
# Seconds by which pauses after failures are counted: 4, 8, 16 ... of them from the third on.
BACKOFF_UNIT = 1.0
RETRY_TIMES = 2
# A name that does not resolve will not do so a second later either; the next crawl asks again.
RETRY_EXCEPTIONS = [
    name for name in default_settings.RETRY_EXCEPTIONS if "CannotResolveHost" not in str(name)
]
DNS_TIMEOUT = 10

# Limits: a page of the sites seen is below 1 MB, a PDF below 20.
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 30_000_000
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
REDIRECT_MAX_TIMES = 5

# Only encodings that every WARC tool reads: brotli breaks warcio and wacz.
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}

DOWNLOAD_HANDLERS = {
    "http": "crawler.politeness.manners.MannerlyDownloadHandler",
    "https": "crawler.politeness.manners.MannerlyDownloadHandler",
    "ftp": None,
    "s3": None,
    "file": None,
    "data": None,
}
TWISTED_DNS_RESOLVER = "crawler.guards.PublicAddressResolver"
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.guards.OwnHostsOnly": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.politeness.robots.ObeyedRobots": 100,
    "crawler.politeness.cookie_stub.CookieStub": 570,
    "crawler.middlewares.ConditionalRequests": 610,
    "crawler.middlewares.SampleProxy": 740,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.meta_refresh.MetaRefresh": 580,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
# Every output of a callback goes through each of these. Nothing here asks for a depth, and
# crawler.walk bounds the length of addresses, and reports it.
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}
# A callback here is no plain generator; Scrapy would read the source of each to look for a return.
WARN_ON_GENERATOR_RETURN_VALUE = False
# What the log names at its beginning; each other version is read from its package's files.
LOG_VERSIONS = ["lxml", "libxml2", "Python"]
LOG_FORMATTER = "crawler.log_lines.LogLines"
ITEM_PIPELINES = {"crawler.pipelines.SaveReading": 300}
STATS_CLASS = "crawler.scrapys_parts.PlainStats"
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "crawler.progress.Progress": 500,
    "crawler.politeness.certificates.Certificates": 510,
}
REMOTE_CONTROL_ENABLED = False
COOKIES_ENABLED = False
HTTPCACHE_ENABLED = False
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
