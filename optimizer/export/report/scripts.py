"""The scripts of the report, and the policy that allows only them."""

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
    """Return Vega, Vega-Lite and Vega-Embed with their dependencies as one inline script."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VERSION)
    return inline(bundle)


@cache
def behaviour() -> str:
    """Return the page's own script, which draws the charts and sorts and filters the creators."""
    return inline((HERE / "page.js").read_text(encoding="utf-8"))


def inline(script: str) -> str:
    """Return a script for use inside a page: nothing in it ends the element, and its line ends are a browser's.

    Neither replacement changes the meaning of the script.
    """
    return script.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


def policy(*scripts: str) -> str:
    """Return a Content-Security-Policy that allows these scripts only and no request.

    Scripts are named by their hash, so a script in a text of a scenario would not run. Inline styles are allowed,
    because Vega-Embed adds its own.
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
