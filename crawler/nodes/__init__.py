"""Crawling on several machines: scrapyd runs the crawls, a dispatcher gives each site to one node.

A node is a machine with scrapyd, a data folder of its own, and the site files of this project. The
dispatcher posts a site to one node at a time, under a lease that the node itself keeps: when the
dispatcher is heard no more, the crawl ends by the node's own clock, before the site is given to
another node. What a node fetched travels as WARC files, which ``congdoan collect`` takes in.

``docs/scale.md`` says when this is worth it, and how it is set up.
"""
