"""An invented site on the scripted web, and crawls of it in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.operation.scripted_web import Said, ScriptedWeb
from tests.waiting import PATIENCE

HOST = "http://congdoan.example"
FAST = {"AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}


def listing(*paths: str) -> Said:
    links = "".join(f'<p><a href="{path}">{path}</a></p>' for path in paths)
    return Said(body=f"<html><head><title>Tin</title></head><body>{links}</body></html>".encode())


PARAGRAPHS = (
    "Sáng nay, Ban Chấp hành công đoàn cơ sở đã đến thăm và tặng quà cho các đoàn viên có hoàn "
    "cảnh khó khăn đang làm việc tại phân xưởng may số hai.",
    "Mỗi suất quà gồm gạo, dầu ăn và năm trăm nghìn đồng tiền mặt, được trích từ quỹ tương trợ mà "
    "anh chị em trong công ty cùng đóng góp suốt năm qua.",
    "Chị Trần Thị Hòa, tổ trưởng tổ cắt, cho biết món quà tuy nhỏ nhưng giúp gia đình chị yên tâm "
    "hơn trước khi các con bước vào năm học mới.",
    "Cũng dịp này, công đoàn phối hợp với trạm y tế phường khám sức khỏe, cấp thuốc miễn phí cho "
    "hơn hai trăm lao động nữ và tư vấn về chế độ thai sản.",
)


def article(number: int) -> Said:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return Said(
        body=f"<html><head><title>Thăm đoàn viên đợt {number}</title></head><body>"
        f"<h1>Thăm đoàn viên khó khăn đợt {number}</h1><p>Ngày {number + 1}/3/2026</p>"
        f"<article>{text}</article></body></html>".encode()
    )


def crawl(tmp_path: Path, web: ScriptedWeb, *, settings: dict[str, Any], **spider: Any) -> Any:
    return crawl_as_asked(
        {
            "data": str(tmp_path / "data"),
            "proxy": web.address,
            "settings": FAST | settings,
            "spider": {"hosts": ["congdoan.example"], "start_urls": [f"{HOST}/tin"], **spider},
        }
    )


def crawl_as_asked(asked: dict[str, Any]) -> Any:
    """What a crawl in a process of its own (``odd_crawl``) tells at its end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.operation.odd_crawl"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
