"""What runs in the page, and what the page may do at all."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import vl_convert

from optimizer.export.charts.render import VERSION

HERE = Path(__file__).parent / "templates"


@cache
def libraries() -> str:
    """Return Vega, Vega-Lite and Vega-Embed with everything they need, for one inline script."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VERSION)
    return inline(bundle)


@cache
def behaviour() -> str:
    """Return the page's own script: it draws the charts, and sorts and filters the creators."""
    return inline((HERE / "page.js").read_text(encoding="utf-8"))


def inline(script: str) -> str:
    """Return a script as it may stand inside a page: nothing in it ends the element, line ends as a browser reads them.

    Both replacements leave the meaning of JavaScript text unchanged.
    """
    return script.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


def policy(*scripts: str) -> str:
    """Return a Content-Security-Policy under which these scripts run and no other, and nothing is ever fetched.

    Scripts are named by their hash, so that a script that came in with a scenario's text would not run. Styles are
    free, as Vega-Embed brings its own.
    """
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    rules = (
        "default-src 'none'",
        f"script-src {hashes}",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
