"""Converts Markdown of this repository to HTML: headings, paragraphs, lists, tables, images.

It reads what training.card writes and no more; every text is escaped. A table's caption is the
paragraph in bold right before it.
"""

import re
from html import escape

_CAPTION = re.compile(r"\*\*(.+)\*\*")
_IMAGE = re.compile(r"!\[(.*)\]\((.*)\)", re.DOTALL)
_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\[([^\]]+)\]\(([\w.-]+)\.md\)"), r'<a href="\2.html">\1</a>'),
)


def as_html(markdown: str) -> str:
    """Return the document's body."""
    body: list[str] = []
    caption = ""
    blocks = re.split(r"\n{2,}", markdown.strip())
    for block, following in zip(blocks, [*blocks[1:], ""], strict=True):
        if following.startswith("|") and (found := _CAPTION.fullmatch(block)):
            caption = found[1]
        elif block.startswith("|"):
            body.append(_table(block.splitlines(), caption))
        else:
            # The heading above a table without a caption becomes its caption
            caption = block.lstrip("#").strip() if block.startswith("#") else caption
            body.append(_block(block))
    return "\n".join(body)


def contents(markdown: str) -> str:
    """Return the document's second-level headings as a list of links."""
    names = re.findall(r"^## (.+)$", markdown, re.MULTILINE)
    links = (f'<li><a href="#{_slug(name)}">{_inline(name)}</a></li>' for name in names)
    return "<ul>\n" + "\n".join(links) + "\n</ul>"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _block(block: str) -> str:
    level = len(block) - len(block.lstrip("#"))
    if level:
        text = block[level:].strip()
        return f'<h{level} id="{_slug(text)}">{_inline(text)}</h{level}>'
    if block.startswith("- "):
        items = re.split(r"\n- ", block[2:])
        return "<ul>\n" + "\n".join(f"<li>{_inline(item)}</li>" for item in items) + "\n</ul>"
    if image := _IMAGE.fullmatch(block):
        text, file = image.groups()
        # The caption is the text alternative: hidden, it is not read out twice
        return (
            f'<figure><img src="{escape(file)}" alt="{escape(text)}" width="480" height="360" '
            f'loading="lazy"><figcaption aria-hidden="true">{_inline(text)}</figcaption></figure>'
        )
    return f"<p>{_inline(block)}</p>"


def _table(lines: list[str], caption: str) -> str:
    """Return a table in a region that the keyboard can scroll; the first column names the row."""
    header, _, *rows = ([cell.strip() for cell in line[1:-1].split("|")] for line in lines)
    # A header without text is no header: a screen reader would announce it as blank
    head = "".join(
        f'<th scope="col">{_inline(cell)}</th>' if cell else "<td></td>" for cell in header
    )
    body = "\n".join(
        f'<tr><th scope="row">{_inline(first)}</th>'
        + "".join(f"<td>{_inline(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    title = escape(caption)
    return (
        f'<div class="table-wrap" tabindex="0" role="region" aria-label="{title}">\n'
        f"<table>\n<caption>{title}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _inline(text: str) -> str:
    found = escape(text.replace("\n", " "))
    for pattern, replacement in _INLINE:
        found = pattern.sub(replacement, found)
    return found
