"""Model cards, as HTML that a page can take: no raw HTML, no pictures, no links to scripts, no styles."""

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def render(text: str) -> SafeString:
    """Render a card's Markdown; headings begin at the third level, below those of the page."""
    tokens = _markdown.parse(text)
    for token in tokens:
        # The site's policy allows no style attribute, which is how columns are told to align.
        token.attrs.pop("style", None)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    html: str = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(html)  # noqa: S308
