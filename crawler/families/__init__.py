"""One module per CMS that two or more sites share: a spider class and its layouts.

``FAMILY_LAYOUTS`` is every layout of every family, in the order in which a page of an undeclared
host is tried: unmistakable marks first, layouts that lean on common class names last.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.families.aspnet import AspNetMvcSpider, DotNetNukeSpider, WebFormsSpider
from crawler.families.cps import CpsSpider
from crawler.families.danaweb import DanawebSpider
from crawler.families.drupal import DrupalSpider
from crawler.families.joomla import JoomlaSpider
from crawler.families.joomla_k2 import JoomlaK2Spider
from crawler.families.laodong import LaoDongSpider
from crawler.families.mastercms import MasterCmsSpider
from crawler.families.nukeviet import NukeVietSpider
from crawler.families.root_slug import RootSlugSpider
from crawler.families.vccorp import VcCorpSpider
from crawler.families.wordpress import WordPressSpider
from crawler.site_spider import SiteSpider

FAMILIES: tuple[type[SiteSpider], ...] = (
    JoomlaK2Spider,
    NukeVietSpider,
    MasterCmsSpider,
    VcCorpSpider,
    CpsSpider,
    WordPressSpider,
    DrupalSpider,
    JoomlaSpider,
    DotNetNukeSpider,
    LaoDongSpider,
    DanawebSpider,
    RootSlugSpider,
    AspNetMvcSpider,
    WebFormsSpider,
)

FAMILY_LAYOUTS: tuple[Layout, ...] = tuple(
    layout for family in FAMILIES for layout in family.layouts
)
