"""Which sites the sample web holds."""

from __future__ import annotations

from functools import cache

from crawler.sample_web.can_tho import CanTho
from crawler.sample_web.hai_phong import HaiPhong
from crawler.sample_web.lang_son import LangSon
from crawler.sample_web.lao_dong_thu_do import LaoDongThuDo
from crawler.sample_web.quan_1 import Quan1
from crawler.sample_web.site import SampleSite

SAMPLE_SITES: dict[str, type[SampleSite]] = {
    site.name: site for site in (Quan1, HaiPhong, LangSon, CanTho, LaoDongThuDo)
}
"""Name of a site -> what makes it."""


@cache
def sample_site(name: str) -> SampleSite:
    """The site of that name; it keeps no state, so all share one.

    Raises ``KeyError`` naming those there are.
    """
    if name not in SAMPLE_SITES:
        raise KeyError(f"no sample site {name!r}; there are {', '.join(SAMPLE_SITES)}")
    return SAMPLE_SITES[name]()
