"""Pages of HTML that stand alone: one file, no request to anywhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2


def render(name: str, **values: Any) -> str:
    """Render a page, or a part of one.

    Whatever is put in is escaped, so that no text of an implementation becomes markup.

    Args:
        name: of the template, such as `report.html.j2`.
        **values: what it tells.

    Returns:
        The text.
    """
    return _environment().get_template(name).render(values)


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415 - start-up time

    return jinja2.Environment(
        loader=jinja2.PackageLoader("conformance.report.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
