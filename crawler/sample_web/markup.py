"""An article's blocks as the HTML that editors leave behind: five habits, one text.

- ``paragraphs``: a ``<p>`` each, justified
- ``divs``: a ``<div>`` each, ended by ``<br />&nbsp;``
- ``breaks``: one ``<div>`` whose paragraphs are parted by ``<br /><br />``
- ``word``: pasted from Word, ``MsoNormal``, nested spans and ``<o:p>``
- ``editor``: CKEditor's spans for size and font
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from crawler.sample_web.blocks import (
    Block,
    Heading,
    Items,
    Paragraph,
    Picture,
    PictureForm,
    Quote,
    Table,
    Video,
    runs,
)
from crawler.sample_web.stories import Markup

_WORD_FONT = (
    "font-size:14.0pt;line-height:115%;font-family:&quot;Times New Roman&quot;,&quot;serif&quot;"
)


def body_html(
    blocks: Sequence[Block],
    signature: Sequence[str],
    *,
    markup: Markup,
    picture_form: PictureForm,
    picture_url: Callable[[str], str],
    signature_class: str = "",
) -> str:
    """The body of an article, signature last.

    ``picture_url`` turns a file's name into the address that the page gives it.
    """
    habit = markup or "paragraphs"
    parts = [_block(block, habit, picture_form, picture_url) for block in blocks]
    parts += [_signature(line, habit, signature_class) for line in signature]
    if habit == "breaks":
        return '<div style="text-align: justify;">' + "\n".join(parts) + "</div>"
    if habit == "word":
        empty = f'<p class="MsoNormal"><span style="{_WORD_FONT}"><o:p>&nbsp;</o:p></span></p>'
        return ("\n" + empty + "\n").join(parts)
    return "\n".join(parts)


def video_url(video: str) -> str:
    """The player's address of a film on YouTube."""
    return f"https://www.youtube.com/embed/{video}"


def inline_html(text: str) -> str:
    """A paragraph's text with its bold, italic and linked runs."""
    made = []
    for run in runs(text):
        words = escape(run.text, quote=False)
        if run.style == "bold":
            words = f"<strong>{words}</strong>"
        elif run.style == "italic":
            words = f"<em>{words}</em>"
        elif run.style == "link":
            words = f'<a href="{escape(run.href)}" target="_blank">{words}</a>'
        made.append(words)
    return "".join(made)


def _block(block: Block, habit: str, form: PictureForm, picture_url: Callable[[str], str]) -> str:
    match block:
        case Paragraph(text):
            return _paragraph(inline_html(text), habit)
        case Heading(text):
            if habit in ("word", "breaks"):
                return _paragraph(f"<b>{inline_html(text)}</b>", habit)
            return f"<h3>{inline_html(text)}</h3>"
        case Quote(text):
            return f"<blockquote><p>{inline_html(text)}</p></blockquote>"
        case Items(items):
            inner = "\n".join(f"<li>{inline_html(item)}</li>" for item in items)
            return f"<ul>\n{inner}\n</ul>"
        case Table(rows):
            return _table(rows)
        case Picture(file, caption, own_form):
            return _picture(picture_url(file), caption, own_form or form or "plain")
        case Video(video, title):
            return (
                '<p style="text-align: center;"><iframe width="560" height="315" '
                f'src="{escape(video_url(video))}" title="{escape(title)}" '
                'frameborder="0" allowfullscreen="allowfullscreen"></iframe></p>'
            )


def _paragraph(inner: str, habit: str) -> str:
    match habit:
        case "divs":
            return f'<div style="text-align: justify;">{inner}<br />\n&nbsp;</div>'
        case "breaks":
            return f"{inner}<br />\n<br />"
        case "word":
            return (
                '<p class="MsoNormal" style="margin-top:6.0pt;margin-right:0cm;margin-bottom:'
                '6.0pt;margin-left:0cm;text-align:justify;text-indent:36.0pt">'
                f'<span lang="VI" style="{_WORD_FONT}">{inner}<o:p></o:p></span></p>'
            )
        case "editor":
            return (
                '<p style="text-align:justify"><span style="font-size:16px">'
                '<span style="font-family:Arial,Helvetica,sans-serif">'
                f'<span style="color:#333333">{inner}</span></span></span></p>'
            )
        case _:
            return f'<p style="text-align: justify;">{inner}</p>'


def _signature(line: str, habit: str, css_class: str) -> str:
    words = f"<strong>{escape(line, quote=False)}</strong>"
    if habit == "breaks":
        return f'<div style="text-align: right;">{words}</div>'
    if habit == "word":
        return (
            '<p class="MsoNormal" align="right" style="text-align:right">'
            f'<b><span style="{_WORD_FONT}">{escape(line, quote=False)}<o:p></o:p></span></b></p>'
        )
    named = f' class="{css_class}"' if css_class else ""
    return f'<p{named} style="text-align: right;">{words}</p>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    lines = []
    for number, row in enumerate(rows):
        cells = "".join(
            f"<td><strong>{inline_html(cell)}</strong></td>"
            if number == 0
            else f"<td>{inline_html(cell)}</td>"
            for cell in row
        )
        lines.append(f"<tr>{cells}</tr>")
    inner = "\n".join(lines)
    return (
        '<table border="1" cellspacing="0" cellpadding="4" style="width: 100%;">\n'
        f"<tbody>\n{inner}\n</tbody>\n</table>"
    )


def _picture(url: str, caption: str, form: PictureForm) -> str:
    address = escape(url)
    words = escape(caption, quote=False)
    alt = escape(caption)
    match form:
        case "figure":
            told = f"<figcaption>{words}</figcaption>" if caption else ""
            return (
                f'<figure class="image"><img src="{address}" alt="{alt}" width="640" '
                f'height="427" />{told}</figure>'
            )
        case "table":
            told = f'<tr><td class="caption"><em>{words}</em></td></tr>' if caption else ""
            return (
                '<table class="image" align="center" cellpadding="3"><tbody><tr><td>'
                f'<img src="{address}" alt="{alt}" width="600" /></td></tr>{told}</tbody></table>'
            )
        case "mastercms":
            told = f'<tr><td class="caption">{words}</td></tr>' if caption else ""
            return (
                '<table class="__mb_article_in_image" align="center" border="0" width="100%">'
                f'<tbody><tr><td><img class="__img_mb_" src="{address}" alt="{alt}" /></td></tr>'
                f"{told}</tbody></table>"
            )
        case "cell":
            told = words or "&nbsp;"
            return (
                '<table align="center" border="0" cellpadding="0" cellspacing="0" '
                'style="width: 100%;"><tbody><tr><td style="text-align: center;">'
                f'<img src="{address}" alt="" /></td></tr>'
                f'<tr><td style="text-align: center;">{told}</td></tr></tbody></table>'
            )
        case _:
            told = f'\n<p style="text-align: center;"><em>{words}</em></p>' if caption else ""
            return (
                f'<p style="text-align: center;"><img src="{address}" alt="{alt}" '
                f'width="600" /></p>{told}'
            )
