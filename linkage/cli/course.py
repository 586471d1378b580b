"""What one ring is after, and its course over time, as text."""

from datetime import date
from typing import TYPE_CHECKING

from linkage.cli.messages import as_share, as_sparkline, show_table, show_text

if TYPE_CHECKING:
    from linkage.rings.view import RingView

WIDTH = 60
"""Columns of a line of time; where a ring lived for more days, a column is several."""


def show_profile(view: "RingView") -> None:
    """Write what the ring is after: a sentence, then each capability it asks for."""
    show_text("")
    if view.profile is None:
        show_text("profile: no prompts to tell what it is after")
        return
    show_text(f"profile: {view.profile.sentence}; {view.profile.n_prompts:,} prompts of "
              f"{view.profile.n_accounts:,} accounts")
    asked = [share for share in view.profile.shares if share.share >= 0.0005]
    show_table(
        ("capability", "share", "from", "to", "elsewhere", "times", "from", "to"),
        [(s.capability, as_share(s.share), as_share(s.low), as_share(s.high),
          as_share(s.population_share), _times(s.lift), _times(s.lift_low), _times(s.lift_high))
         for s in sorted(asked, key=lambda s: (-s.share, s.capability))],
        right="share from to elsewhere times",
    )


def show_timeline(view: "RingView") -> None:
    """Write conversations and births by day, the first burst, and moves to new models."""
    if not view.timeline:
        return
    show_text("")
    for name, counted in (
        ("conversations", {day.day: day.n_conversations for day in view.timeline}),
        ("accounts born", {day.day: day.n_born for day in view.timeline}),
    ):
        _show_line(name, {day: n for day, n in counted.items() if n})
    burst = view.first_burst
    if burst:
        show_text(f"first burst    {burst.day}: {burst.n_born:,} of {view.ring.n_accounts:,} "
                  "accounts born")
    for pivot in view.pivots:
        wait = (pivot.adopted_on - pivot.appeared_on).days
        show_text(
            f"new model      {pivot.model}: taken up {pivot.adopted_on}, {_after(wait)} "
            f"anyone first did; {pivot.share:.0%} of its conversations that week, "
            f"{pivot.population_share:.0%} of others'"
        )


def _show_line(name: str, counted: dict[date, int]) -> None:
    """Write one line of time."""
    if not counted:
        return
    first, last = min(counted), max(counted)
    n_days = (last - first).days + 1
    wide = -(-n_days // WIDTH)
    columns = [0] * -(-n_days // wide)
    for day, n in counted.items():
        columns[(day - first).days // wide] += n
    top = max(counted, key=lambda day: (counted[day], -day.toordinal()))
    show_text(f"{name:14} {as_sparkline(columns)}")
    show_text(f"{'':14} {first} to {last}, {_each(wide)}; most on {top}: {counted[top]:,}")


def _each(wide: int) -> str:
    """Say what one column is."""
    return "a column a day" if wide == 1 else f"a column for {wide} days"


def _after(n: int) -> str:
    """Spell how long after something."""
    return "the day" if n == 0 else "1 day after" if n == 1 else f"{n:,} days after"


def _times(lift: float | None) -> str:
    """Write a lift; a dash for one without bound."""
    return "-" if lift is None else f"{lift:.1f}"
