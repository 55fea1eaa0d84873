"""How the pages on models write numbers."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pymano.serving.catalogue import Score

register = template.Library()


@register.filter
def rate(fraction: float) -> str:
    """Write 0.0686 as 6.9 %."""
    return f"{fraction * 100:.1f}\N{NO-BREAK SPACE}%"


@register.filter
def interval(score: Score) -> str:
    """Write the interval of a score's CER, 5.4 to 8.1 %; nothing where there is none."""
    if score.cer_interval is None:
        return ""
    low, high = score.cer_interval
    return f"{low * 100:.1f} to {rate(high)}"


@register.filter
def short_hash(sha256: str) -> SafeString:
    """Show the first letters of a hash, and all of it on hover."""
    return format_html('<code title="{}">{}…</code>', sha256, sha256[:12])
