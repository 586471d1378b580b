"""The data dictionary is what the schemas say."""

from pathlib import Path

import pyarrow as pa

from linkage import schema
from linkage.dictionary import MEANINGS, data_dictionary, output_tables

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_page_is_in_step_with_the_schemas():
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(), (
        "write it again: python -m linkage.dictionary > docs/data-dictionary.md"
    )


def test_every_table_is_there():
    published = [value for value in vars(schema).values() if isinstance(value, pa.Schema)]
    assert len(list(output_tables())) == len(published) >= 5


def test_every_meaning_is_of_some_column():
    known = {name for _, form in output_tables() for name in form.names}
    known |= {name for table in schema.INPUT_TABLES for name, _ in table.columns}
    assert {*MEANINGS} <= known
