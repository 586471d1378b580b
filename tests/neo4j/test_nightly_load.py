"""The nightly job loads what it published into the real server, and makes up for a failure."""

from desks import new_desk
from graphs import rows
from worlds import read

RINGS = "match (r:Ring) where not coalesce(r.is_past, false) return r.ring_id as id, r.tier as tier"
MEMBERS = "match (a:Account)-[:MEMBER_OF]->(r:Ring) return r.ring_id as id, a.account_id as who"


def _same(graph, out):
    """Tell whether the graph holds the rings and members of an output, and no others."""
    return (
        {(row["id"], row["tier"]) for row in rows(graph, RINGS)}
        == {(row["ring_id"], row["tier"]) for row in read(out, "rings")}
        and {(row["id"], row["who"]) for row in rows(graph, MEMBERS)}
        == {(row["ring_id"], row["account_id"]) for row in read(out, "members")}
    )


def test_each_night_is_in_the_graph_and_a_failed_load_is_made_up_for(
    empty_graph, neo4j_uri, neo4j_auth, tmp_path, monkeypatch
):
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    desk, secret = new_desk(tmp_path / "desk"), tmp_path / "desk" / "password"
    with desk.config.open("a") as file:
        file.write(f'[neo4j]\nuri = "{neo4j_uri}"\npassword_file = "password"\n'
                   'tiers = "enforce,review,watch,benign"\n')
    secret.write_text("wrong\n")
    failed = desk.command()
    assert failed.returncode == 5, failed.stderr
    assert "refuses the user or password" in failed.stderr
    assert rows(empty_graph, RINGS) == []
    secret.write_text(neo4j_auth[1] + "\n")
    night = desk.go()
    assert (night.exit_code, night.did) == (0, ("load", "finish"))
    assert read(desk.out, "members")
    assert _same(empty_graph, desk.out)
    desk.arrive()
    assert desk.go().did == ("run", "gates", "publish", "load", "finish")
    assert len(read(desk.out, "members")) > 10
    assert _same(empty_graph, desk.out)
    (seen,) = rows(empty_graph, "match (r:Run) where r.is_whole return count(*) as n")
    assert seen["n"] == 2
    assert neo4j_auth[1] not in (desk.folder / "state" / "nightly.jsonl").read_text()
