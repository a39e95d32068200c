"""A small web inside the project: five sites with all that makes the real ones hard.

``SampleWeb`` is a forward proxy on loopback that answers for the sites' real host names, so that
the very spiders and settings that crawl the live web crawl it; ``expected_articles`` is the truth
to measure the result against.
"""

from crawler.sample_web.proxy import SampleRequest, SampleWeb
from crawler.sample_web.truth import SITES, ExpectedArticle, expected_articles

__all__ = ["SITES", "ExpectedArticle", "SampleRequest", "SampleWeb", "expected_articles"]
