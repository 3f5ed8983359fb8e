"""Turns the parts of a document, written once, into Markdown or HTML."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple


class Heading(NamedTuple):
    """A section's title; level 1 is the document's own."""

    level: int
    text: str

    def as_markdown(self) -> str:
        """With as many # as its level."""
        return f"{'#' * self.level} {self.text}"

    def as_html(self) -> str:
        """An h element."""
        return f"<h{self.level}>{escape(self.text)}</h{self.level}>"


class Paragraph(NamedTuple):
    """Plain sentences."""

    text: str

    def as_markdown(self) -> str:
        """The text itself."""
        return self.text

    def as_html(self) -> str:
        """A p element."""
        return f"<p>{escape(self.text)}</p>"


class Bullets(NamedTuple):
    """A list of plain sentences."""

    items: Sequence[str]

    def as_markdown(self) -> str:
        """One dash a line."""
        return "\n".join(f"- {item}" for item in self.items)

    def as_html(self) -> str:
        """An unordered list."""
        items = "\n".join(f"<li>{escape(item)}</li>" for item in self.items)
        return f"<ul>\n{items}\n</ul>"


class Table(NamedTuple):
    """Rows of plain cells; the first column names the row."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_markdown(self) -> str:
        """A pipe table under its caption."""
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"{self.caption}\n\n{body}"

    def as_html(self) -> str:
        """A table in a region that can be scrolled with the keyboard where it is too wide."""
        # A header without text is no header: a screen reader would announce it as blank
        head = "".join(
            f'<th scope="col">{escape(cell)}</th>' if cell else "<td></td>" for cell in self.header
        )
        rows = "\n".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        caption = escape(self.caption)
        return (
            f'<div class="table-wrap" tabindex="0" role="region" aria-label="{caption}">\n'
            f"<table>\n<caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
        )


class Picture(NamedTuple):
    """A drawing beside the document; ``text`` says what it shows to who cannot see it."""

    file: str
    text: str

    def as_markdown(self) -> str:
        """An image with its description."""
        return f"![{self.text}]({self.file})"

    def as_html(self) -> str:
        """A figure, described by its caption."""
        return (
            f'<figure><img src="{escape(self.file)}" alt="" width="480" height="360" '
            f'loading="lazy"><figcaption>{escape(self.text)}</figcaption></figure>'
        )


Block = Heading | Paragraph | Bullets | Table | Picture


def as_markdown(blocks: Sequence[Block]) -> str:
    """The whole document as Markdown."""
    return "\n\n".join(block.as_markdown() for block in blocks) + "\n"


def as_html(blocks: Sequence[Block]) -> str:
    """The document's body as HTML, every text escaped."""
    return "\n".join(block.as_html() for block in blocks)
