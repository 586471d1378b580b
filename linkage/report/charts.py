"""The charts of a ring's page, as Vega-Lite made with Altair; their data come later by name.

Colours are the page's own variables, so that a chart follows light, dark and print by
itself; ``PRINTED`` has the same for a picture that stands alone. Pages take the charts from
:mod:`linkage.report.specs`, where they are kept; ``python -m linkage.report.charts`` writes
them again after a change.
"""

import json
from pathlib import Path
from typing import Any

import altair as alt

from linkage.report.specs import NAME, WEEKDAYS, charts
from linkage.schema import TIERS

HUES = tuple(f"var(--hue-{n})" for n in range(13))
"""Colours of sub-groups, the first for accounts of none."""

PRINTED = {
    "var(--ink)": "#1c2024", "var(--dim)": "#5b6470", "var(--line)": "#d0d4da",
    "var(--accent)": "#1f5fa8", "var(--paper)": "#ffffff",
    **dict(zip(HUES, (
        "#8a929c", "#1f5fa8", "#b4471f", "#2f7d4f", "#7b4fa3", "#a3722a", "#0f7f8b", "#a8326b",
        "#5a6e1f", "#4a5fc1", "#8c3b3b", "#3f7ab5", "#6b5b3e",
    ), strict=True)),
}
"""Colours for a picture outside the page."""

VEGA_LITE = "6.4"
"""Version of Vega-Lite that pictures outside the page are drawn with."""

WIDTH = 640
"""Width of a chart, in pixels; the page scales it to its column."""


def drawn() -> dict[str, Any]:
    """Draw each chart anew: its specification by name, its data left to be filled in."""
    # Altair's own types do not follow its chains of methods.
    made: dict[str, Any] = {
        "network": _network(), "days": _days(), "week": _week(), "families": _families(),
        "capabilities": _capabilities(), "map": _map(),
    }
    found = {}
    for name, chart in made.items():
        # Validating takes a second; tests do it once.
        spec = chart.configure(**_config()).to_dict(validate=False)
        # A page names no address, not even one that nobody asks.
        del spec["$schema"]
        found[name] = spec
    return found


def printed(name: str, data: dict[str, Any], title: str) -> str:
    """Return a chart as SVG that needs nothing else.

    Parameters
    ----------
    name
        A chart's name.
    data
        Rows by the name of the data set.
    title
        A line above the picture.
    """
    import vl_convert

    text = json.dumps(charts()[name])
    for variable, colour in PRINTED.items():
        text = text.replace(variable, colour)
    spec = json.loads(text)
    whole = {
        "config": spec.pop("config") | {"background": "#ffffff"}, "datasets": data,
        "title": {"text": title, "anchor": "start"}, "spacing": 12, "hconcat": [spec, _key()],
    }
    return str(vl_convert.vegalite_to_svg(whole, vl_version=VEGA_LITE, allowed_base_urls=[]))


def _key() -> dict[str, Any]:
    """The numbered identifiers as a list beside a picture that stands alone."""
    found: dict[str, Any] = alt.Chart(_named("identifiers")).transform_window(
        line="row_number()", sort=[alt.SortField("number")]
    ).transform_calculate(said="datum.number + '  ' + datum['accounts that']").mark_text(
        align="left", fontSize=9, color=PRINTED["var(--ink)"]
    ).encode(
        x=alt.value(0), y=alt.Y("line:Q", axis=None, scale=alt.Scale(reverse=True)),
        text="said:N",
    ).properties(width=300, height=440).to_dict(validate=False)
    found.pop("$schema")
    return {name: part for name, part in found.items() if name != "config"}


def _config() -> dict[str, Any]:
    """Look of every chart."""
    ink, dim, line = "var(--ink)", "var(--dim)", "var(--line)"
    return {
        "background": "transparent", "font": "system-ui, sans-serif",
        "view": alt.ViewConfig(stroke="transparent"),
        "axis": alt.AxisConfig(
            labelColor=dim, titleColor=dim, domainColor=line, tickColor=line, gridColor=line,
            gridOpacity=0.5, titleFontWeight="normal", labelFontSize=11, titleFontSize=11,
        ),
        "legend": alt.LegendConfig(labelColor=ink, titleColor=dim),
        "header": alt.HeaderConfig(labelColor=ink, titleColor=dim),
        "title": alt.TitleConfig(color=ink),
        "text": alt.MarkConfig(color=ink),
    }


def _named(name: str) -> alt.NamedData:
    """A data set that the page fills in."""
    return alt.NamedData(name=name)


def _network() -> Any:
    """The core: accounts coloured by sub-group, the identifiers that join them as squares."""
    plain: dict[str, Any] = {"axis": None, "scale": alt.Scale(nice=False, zero=False)}
    place = {"x": alt.X("x:Q", **plain), "y": alt.Y("y:Q", **plain)}
    links = alt.Chart(_named("links")).mark_rule(color="var(--line)", strokeWidth=0.7).encode(
        **place, x2="x2:Q", y2="y2:Q"
    )
    accounts = alt.Chart(_named("accounts")).mark_circle(size=55, opacity=0.95).encode(
        **place,
        color=alt.Color("part:O", legend=None, scale=alt.Scale(
            domain=list(range(len(HUES))), range=list(HUES)
        )),
        tooltip=["account:N", "role:N", "sub-group:N"],
        description="account:N",
    )
    identifiers = alt.Chart(_named("identifiers")).mark_square(
        size=230, fill="var(--paper)", stroke="var(--ink)", strokeWidth=1.2, opacity=1,
    ).encode(
        **place, description="accounts that:N",
        tooltip=["number:Q", "accounts that:N", "in ring:Q", "of all:Q"],
    )
    numbers = alt.Chart(_named("identifiers")).mark_text(fontSize=9.5).encode(
        **place, text="number:Q", tooltip=alt.value(None)
    )
    return alt.layer(links, accounts, identifiers, numbers).properties(
        width=WIDTH, height=440,
        description="Core accounts of the ring as dots, coloured by sub-group, joined to the "
                    "identifiers that they share as numbered squares.",
    )


def _days() -> Any:
    """Counts per day, a panel for each sort of count."""
    return alt.Chart(_named("days")).mark_bar(color="var(--accent)").encode(
        x=alt.X("utcyearmonthdate(day):T", title=None),
        y=alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=3)),
        tooltip=[alt.Tooltip("utcyearmonthdate(day):T", title="day"),
                 alt.Tooltip("n:Q", format=",")],
    ).properties(width=WIDTH, height=90).facet(
        row=alt.Row("what:N", title=None, sort=None,
                    header=alt.Header(labelAngle=0, labelOrient="top", labelAnchor="start"))
    ).resolve_scale(y="independent").properties(description="Counts of the ring by day.")


def _week() -> Any:
    """When the ring is active in the week, above when everybody is."""
    return alt.Chart(_named("week")).mark_rect(fill="var(--accent)").encode(
        x=alt.X("hour:O", title="hour of the day (UTC)", axis=alt.Axis(
            labelAngle=0, labelOverlap=True
        )),
        y=alt.Y("weekday:O", title=None, sort=list(WEEKDAYS)),
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(
            domainMin=0, range=[0.03, 1.0]
        )),
        tooltip=["weekday:N", "hour:O", alt.Tooltip("share:Q", format=".2%"),
                 alt.Tooltip("n:Q", title="events", format=",")],
    ).properties(width=WIDTH, height=105).facet(
        row=alt.Row("who:N", title=None, sort=["this ring", "all accounts"],
                    header=alt.Header(labelAngle=0, labelOrient="top", labelAnchor="start"))
    ).properties(description="Share of events by weekday and hour, of the ring and of everyone.")


def _families() -> Any:
    """Bits of each family of evidence."""
    return alt.Chart(_named("families")).mark_bar(color="var(--accent)").encode(
        x=alt.X("bits:Q", title="bits, summed over accounts"),
        y=alt.Y("family:N", title=None, sort="-x"),
        tooltip=["family:N", alt.Tooltip("bits:Q", format=",.0f"), "identifiers:Q",
                 alt.Tooltip("coverage:Q", format=".0%")],
    ).properties(width=WIDTH, height=alt.Step(22),
                 description="Evidence of the ring by family, in bits.")


def _capabilities() -> Any:
    """What the ring asks for, with its interval, beside everyone else."""
    base = alt.Chart(_named("capabilities")).encode(y=alt.Y("capability:N", title=None, sort=None))
    share = alt.X("share:Q", title="share of prompts", axis=alt.Axis(format="%"))
    told = ["capability:N", alt.Tooltip("share:Q", format=".1%"),
            alt.Tooltip("population_share:Q", title="all others", format=".1%"),
            alt.Tooltip("lift:Q", format=".1f")]
    return alt.layer(
        base.mark_bar(color="var(--accent)", opacity=0.75).encode(x=share, tooltip=told),
        base.mark_rule(color="var(--ink)").encode(x="low:Q", x2="high:Q"),
        base.mark_tick(color="var(--ink)", thickness=2).encode(x="population_share:Q"),
    ).properties(width=WIDTH, height=alt.Step(22),
                 description="What the ring asks for; ticks are everyone else.")


def _map() -> Any:
    """Rings by size and score, those that are plainly innocent left out."""
    tiers = [tier for tier in TIERS if tier != TIERS[-1]]
    return alt.Chart(_named("map")).mark_point(filled=True, size=70, opacity=0.8).encode(
        x=alt.X("accounts:Q", scale=alt.Scale(type="log", nice=True)),
        y=alt.Y("score:Q", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("tier:N", title=None, scale=alt.Scale(
            domain=tiers, range=[f"var(--{tier})" for tier in tiers]
        )),
        tooltip=["ring:N", alt.Tooltip("accounts:Q", format=","), "score:Q", "tier:N"],
        description="ring:N",
    ).properties(width=WIDTH, height=220, description="Rings by accounts and score.")


if __name__ == "__main__":
    kept = json.dumps(drawn(), indent=1) + "\n"
    Path(__file__).with_name(NAME).write_text(kept, encoding="utf-8")
