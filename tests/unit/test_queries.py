"""Every query in linkage/**/sql: its header, its parameters, and its form on Spark."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import expressions as exp

import linkage
from linkage.queries import Query

ROOT = Path(linkage.__file__).parent
FILES = sorted(ROOT.glob("*/sql/*.sql"))
FIELDS = ("Purpose", "Grain", "Inputs")

ALLOWED = frozenset((
    "abs", "and", "any_value", "avg", "case", "cast", "chr", "coalesce", "concat", "count",
    "date_diff", "date_trunc", "day", "dense_rank", "exists", "extract", "first", "floor",
    "greatest", "hex", "if", "in", "lag", "last", "lead", "least", "left", "length", "list",
    "lower", "ltrim", "lpad", "make_timestamp", "max", "median", "min", "mod", "nullif", "or",
    "rank", "regexp_extract", "regexp_full_match", "regexp_matches", "regexp_replace", "replace",
    "right", "round", "row_number", "rtrim", "sha256", "split_part", "sqrt", "strftime", "strpos",
    "substr", "substring", "sum", "trim", "try_cast", "upper", "xor",
))
"""Functions that mean the same in DuckDB and in Spark, as sqlglot writes them."""


def _query(path: Path) -> Query:
    return Query(path.stem, path.read_text(encoding="utf-8"))


def _id(path: Path) -> str:
    return f"{path.parts[-3]}/{path.stem}"


every_file = pytest.mark.parametrize("path", FILES, ids=_id)


def test_there_are_queries() -> None:
    assert FILES


@every_file
def test_the_header_is_whole(path: Path) -> None:
    for field in FIELDS:
        assert _query(path).header(field), f"{path} has no {field}"


@every_file
def test_header_and_parameters_agree(path: Path) -> None:
    query = _query(path)
    assert frozenset(re.findall(r"\$([a-z_]+)", query.header("Parameters"))) == query.parameters


@every_file
def test_the_order_that_the_header_promises_is_there(path: Path) -> None:
    query = _query(path)
    (tree,) = sqlglot.parse(query.body, read="duckdb")
    assert tree is not None
    promised = not (query.header("Order") or "none").startswith("none")
    assert (tree.args.get("order") is not None) is promised


@every_file
def test_one_statement_that_has_a_form_on_spark(path: Path) -> None:
    (written,) = sqlglot.transpile(
        _query(path).body, read="duckdb", write="spark",
        unsupported_level=sqlglot.ErrorLevel.RAISE,
    )
    assert written


@every_file
def test_only_allowed_functions(path: Path) -> None:
    tree = sqlglot.parse_one(_query(path).body, read="duckdb")
    used = {_function(node) for node in tree.find_all(exp.Func)} - {""}
    assert used <= ALLOWED, sorted(used - ALLOWED)


def _function(node: exp.Func) -> str:
    """Return the DuckDB name of a function; empty for operators."""
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    text = node.sql(dialect="duckdb").lower()
    found = re.match(r"([a-z_0-9]+)\(", text)
    return found.group(1) if found else ""
