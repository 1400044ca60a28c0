"""What `check` makes of the paths it is given: sources and defects, in order, nothing lost."""

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numina_lean import tables
from numina_lean.check.against import Against, read_against
from numina_lean.check.fields import Fields
from numina_lean.check.inputs import find_inputs, read_inputs
from numina_lean.check.source import Defect, Source
from numina_lean.errors import InputError

LEAN = "theorem t : 1 + 1 = 2 := rfl\n"
ANY = Fields()


def read(
    *paths: Path | str, fields: Fields = ANY, stdin: bytes = b"", output: Path | None = None
) -> list[Source | Defect]:
    found = find_inputs([str(path) for path in paths], fields, output=output)
    return list(read_inputs(found.inputs, fields, io.BytesIO(stdin)))


def write_jsonl(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_parquet(path: Path, columns: dict[str, list[object]]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def details(entries: list[Source | Defect]) -> list[str]:
    return [entry.detail for entry in entries if isinstance(entry, Defect)]


def texts(entries: list[Source | Defect]) -> list[str]:
    return [entry.text for entry in entries if isinstance(entry, Source)]


def test_a_lean_file_is_one_source_with_its_path_as_id(tmp_path: Path) -> None:
    path = tmp_path / "a.lean"
    path.write_text(LEAN)
    assert read(path) == [Source(str(path), str(path), LEAN)]


def test_a_source_is_read_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.lean"
    path.write_bytes(b"\xef\xbb\xbf-- x\r\n\x00\n")
    assert texts(read(path)) == ["\ufeff-- x\r\n\x00\n"]


def test_a_folder_is_read_recursively_and_sorted_without_hidden_entries(tmp_path: Path) -> None:
    for name in ("b.lean", "a/z.lean", "a/b.lean", ".lake/hidden.lean", "c.txt", ".d.lean"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(LEAN)
    write_jsonl(tmp_path / "c.jsonl", [{"id": "row", "code": LEAN}])
    names = [Path(entry.origin).relative_to(tmp_path).as_posix() for entry in read(tmp_path)]
    assert names == ["a/b.lean", "a/z.lean", "b.lean", "c.jsonl:1"]


def test_links_that_run_in_circles_are_walked_once(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.lean").write_text(LEAN)
    (tmp_path / "inner" / "up").symlink_to(tmp_path)
    (tmp_path / "same").symlink_to("inner")
    assert len(read(tmp_path)) == 1


def test_a_link_in_a_folder_that_leads_nowhere_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "a.lean").symlink_to("a.lean")
    (tmp_path / "b.lean").symlink_to("missing.lean")
    (tmp_path / "c.lean").write_text(LEAN)
    entries = read(tmp_path)
    assert [type(entry) for entry in entries] == [Defect, Defect, Source]


def test_a_table_in_a_folder_that_is_none_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"rubbish")
    (tmp_path / "b.lean").write_text(LEAN)
    entries = read(tmp_path)
    assert [type(entry) for entry in entries] == [Defect, Source]


def test_a_folder_named_like_a_table_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "x.jsonl"
    folder.mkdir()
    (folder / "a.lean").write_text(LEAN)
    assert texts(read(folder)) == [LEAN]


def test_a_table_in_a_folder_without_the_field_is_left_out_and_said_so(tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_text(LEAN)
    write_jsonl(tmp_path / "b.jsonl", [{"question": "?"}])
    found = find_inputs([str(tmp_path)], ANY)
    assert [each.path.name for each in found.inputs] == ["a.lean"]
    assert len(found.left_out) == 1
    assert 'b.jsonl: no field "code" (found: question)' in found.left_out[0]


def test_the_output_of_an_earlier_run_in_the_folder_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_text(LEAN)
    output = write_jsonl(tmp_path / "verdicts.jsonl", [{"id": 1, "code": "x"}])
    assert len(read(tmp_path, output=output)) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.lean", "missing.lean: no such file or folder"),
        ("a.txt", "a.txt: not a folder, nor a .lean, .jsonl or .parquet file, nor -"),
        ("empty", "empty: no .lean, .jsonl or .parquet file to check in it"),
        ("rubbish.parquet", "rubbish.parquet: not parquet ("),
        ("wrong.jsonl", 'no field "code" (found: question, answer). Pass --code-field NAME'),
        ("wrong.parquet", 'no field "code" (found: question). Pass --code-field NAME'),
    ],
)
def test_what_can_be_known_to_be_wrong_is_said_before_anything_starts(
    tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "empty").mkdir()
    (tmp_path / "rubbish.parquet").write_bytes(os.urandom(200))
    write_jsonl(tmp_path / "wrong.jsonl", [{"question": "?", "answer": "1"}])
    write_parquet(tmp_path / "wrong.parquet", {"question": ["?"]})
    with pytest.raises(InputError) as caught:
        find_inputs([str(tmp_path / name)], ANY)
    assert said in str(caught.value)


def test_input_and_output_may_not_be_the_same_file(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"code": LEAN}])
    with pytest.raises(InputError, match="both input and --output"):
        find_inputs([str(path)], ANY, output=tmp_path / "." / "a.jsonl")


def test_a_broken_line_is_named_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [
        b'{"id": "a", "code": "one"}',
        b'{"id": "b", "code": !}',
        b"",
        b'{"id": "c", "code": "\xff"}',
        b'["d"]',
        b'{"id": "e", "code": null}',
        b'{"id": "f", "code": 7}',
        b'{"id": "g", "text": "no code"}',
        b'{"id": "h", "code": "\\ud800"}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5_000 + b"}",
        b'{"id": "i", "code": "last"}',
    ]
    path.write_bytes(b"\n".join(lines))
    entries = read(path)
    assert texts(entries) == ["one", "last"]
    assert [entry.origin for entry in entries] == [
        f"{path}:{number}" for number in (1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    ]
    said = [detail.removeprefix(f"{path} ") for detail in details(entries)]
    assert said[0] == "line 2: not JSON (Expecting value at column 21)"
    assert said[1] == "line 4: not UTF-8 (byte 22 of the line)"
    assert said[2] == "line 5: not a JSON object"
    assert said[3] == 'line 6: field "code" is null, not text'
    assert said[4] == 'line 7: field "code" is int, not text'
    assert said[5] == 'line 8: no field "code" (found: id, text). Pass --code-field NAME'
    assert said[6] == ('line 9: field "code" is not valid Unicode (lone surrogate at character 1)')
    assert said[7] == "line 10: not JSON that can be read (nested too deeply)"
    assert said[8].startswith("line 11: not JSON that can be read (Exceeds the limit")


def test_a_line_too_long_for_memory_is_a_defect_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "LONGEST_LINE", 64)
    path = write_jsonl(tmp_path / "x.jsonl", [{"code": "a" * 300}, {"code": "b"}])
    entries = read(path)
    assert [type(entry) for entry in entries] == [Defect, Source]
    assert entries[1].origin.endswith(":2")


def test_ids_come_from_the_row_and_else_from_its_place(tmp_path: Path) -> None:
    rows: list[object] = [
        {"id": "a", "code": LEAN},
        {"id": "a", "code": LEAN},
        {"id": 7, "code": LEAN},
        {"id": None, "code": LEAN},
        {"uuid": "u", "code": LEAN},
        {"code": LEAN},
    ]
    path = write_jsonl(tmp_path / "x.jsonl", rows)
    ids = [entry.id for entry in read(path)]
    assert ids == ["a", "a", "7", f"{path}:4", "u", f"{path}:6"]


def test_named_fields_are_the_ones_read(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "x.jsonl", [{"code": "no", "mine": "yes", "id": 1, "key": "k"}])
    assert read(path, fields=Fields("mine", "key")) == [Source("k", f"{path}:1", "yes")]
    with pytest.raises(InputError, match=r'no field "nokey".*Pass --id-field NAME'):
        read(path, fields=Fields("mine", "nokey"))


def test_parquet_is_read_in_batches_with_only_the_columns_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "BATCH_ROWS", 2)
    path = write_parquet(
        tmp_path / "x.parquet",
        {
            "uuid": [f"u{i}" for i in range(5)],
            "formal_statement": ["a", "b", None, "d", "e"],
            "other": [{"big": "struct"}] * 5,
        },
    )
    entries = read(path)
    assert [entry.id for entry in entries] == ["u0", "u1", "u2", "u3", "u4"]
    assert details(entries) == [f'{path} row 3: field "formal_statement" is null, not text']


def test_a_damaged_part_of_a_parquet_file_is_a_defect_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    table = pa.table({"code": [f"source {number}" for number in range(400)]})
    pq.write_table(table, path, row_group_size=100, use_dictionary=False, compression="none")
    data = path.read_bytes()
    group = pq.read_metadata(path).row_group(1).column(0)
    start, length = group.data_page_offset, group.total_compressed_size
    damaged = data[:start] + b"\xff" * length + data[start + length :]
    path.write_bytes(damaged)
    entries = read(path)
    assert len(texts(entries)) == 300
    assert len(details(entries)) == 1
    assert "row 101: damaged up to row 200" in details(entries)[0]


def test_binary_rubbish_is_no_lean_source(tmp_path: Path) -> None:
    path = tmp_path / "a.lean"
    path.write_bytes(b"theorem\n\xff\xfe\x00\x01")
    assert details(read(path)) == [f"{path} line 2: not UTF-8 (byte 9)"]


def test_standard_input_is_a_lean_source() -> None:
    assert read("-", stdin=f"\n\n{LEAN}".encode()) == [Source("-", "-", f"\n\n{LEAN}")]
    assert read("-", stdin=b"") == [Source("-", "-", "")]


def test_standard_input_that_begins_with_a_brace_is_json_lines() -> None:
    stdin = b'\n {"id": "a", "code": "x"}\nbroken\n{"code": "y"}\n'
    entries = read("-", stdin=stdin)
    assert [(entry.id, entry.origin) for entry in entries] == [
        ("a", "-:2"),
        ("-:3", "-:3"),
        ("-:4", "-:4"),
    ]


def test_standard_input_is_read_once() -> None:
    with pytest.raises(InputError, match="only once"):
        read("-", "-")


def test_a_million_rows_are_not_read_before_the_first_is_given(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"code": "a"}\n' * 1_000)
    found = find_inputs([str(path)], ANY)
    entries = read_inputs(found.inputs, ANY, io.BytesIO())
    next(entries)
    path.unlink()
    assert sum(1 for _ in entries) == 999


def test_a_file_that_is_gone_when_its_turn_comes_is_a_defect(tmp_path: Path) -> None:
    paths = [tmp_path / "a.lean", tmp_path / "b.lean"]
    for path in paths:
        path.write_text(LEAN)
    found = find_inputs([str(path) for path in paths], ANY)
    paths[0].unlink()
    entries = list(read_inputs(found.inputs, ANY, io.BytesIO()))
    assert details(entries) == [f"{paths[0]}: No such file or directory"]
    assert texts(entries) == [LEAN]


def test_the_number_of_sources_is_known_where_files_tell(tmp_path: Path) -> None:
    (tmp_path / "a.lean").write_text(LEAN)
    (tmp_path / "b.jsonl").write_text('{"code": "x"}\n\nbroken\n{"code": "y"}')
    write_parquet(tmp_path / "c.parquet", {"code": ["x"] * 7})
    counts = [each.count() for each in find_inputs([str(tmp_path), "-"], ANY).inputs]
    assert counts == [1, 3, 7, None]


def test_a_cell_that_is_not_utf8_costs_its_own_row_only(tmp_path: Path) -> None:
    texts = [b"theorem a : 1 = 1 := rfl", b"\xff\xfe", b"theorem c : 1 = 1 := rfl"]
    column = pa.array(texts, pa.binary()).view(pa.string())
    pq.write_table(pa.table({"code": column}), tmp_path / "rows.parquet")
    rows = list(tables.parquet_rows(tmp_path / "rows.parquet", ["code"]))
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.defect is None for row in rows] == [True, False, True]


def test_each_row_brings_the_reference_of_its_field(tmp_path: Path) -> None:
    fields = Fields("proof", reference="statement")
    rows = [
        {"id": "a", "proof": LEAN, "statement": "S"},
        {"id": "b", "proof": LEAN},
        {"id": "c", "proof": LEAN, "statement": None},
        {"id": "d", "proof": LEAN, "statement": "lone \ud800"},
        {"id": "e", "proof": LEAN, "statement": ""},
    ]
    path = write_jsonl(tmp_path / "a.jsonl", rows)
    entries = read(path, fields=fields)
    assert [entry.id for entry in entries] == ["a", "b", "c", "d", "e"]
    assert [each.reference for each in entries if isinstance(each, Source)] == ["S", ""]
    assert details(entries) == [
        f'{path} line 2: no field "statement" (found: id, proof). Pass --against NAME',
        f'{path} line 3: field "statement" is null, not text',
        f'{path} line 4: field "statement" is not valid Unicode (lone surrogate at character 6)',
    ]
    table = write_parquet(tmp_path / "b.parquet", {"proof": [LEAN], "statement": ["S"], "x": [1]})
    assert [each.reference for each in read(table, fields=fields)] == ["S"]


def test_a_table_without_the_reference_anywhere_is_bad_usage(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"code": LEAN}])
    with pytest.raises(InputError, match=r'no field "statement" \(found: code\)'):
        read(path, fields=Fields(reference="statement"))


def test_a_source_is_never_looked_for_in_the_field_of_the_reference(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [{"formal_statement": "S", "formal": LEAN}])
    fields = Fields(reference="formal_statement")
    assert [(each.text, each.reference) for each in read(path, fields=fields)] == [(LEAN, "S")]
    alone = write_jsonl(tmp_path / "b.jsonl", [{"formal_statement": "S"}])
    with pytest.raises(InputError, match="--code-field"):
        read(alone, fields=fields)
    with pytest.raises(InputError, match="both --code-field and --against"):
        Fields("formal_statement", reference="formal_statement")


def test_what_has_no_rows_has_no_reference_in_a_field(tmp_path: Path) -> None:
    fields = Fields(reference="statement")
    path = tmp_path / "a.lean"
    path.write_text(LEAN)
    with pytest.raises(InputError, match="--against FILE"):
        read(path, fields=fields)
    assert "--against FILE" in details(read("-", fields=fields, stdin=LEAN.encode()))[0]
    write_jsonl(tmp_path / "b.jsonl", [{"code": LEAN, "statement": "S"}])
    found = find_inputs([str(tmp_path)], fields)
    assert [each.path.name for each in found.inputs] == ["b.jsonl"]
    assert len(found.left_out) == 1


def test_against_names_a_file_that_is_there_or_ends_in_lean_and_else_a_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("statement").write_text("S")
    Path("statement.lean").write_text("T")
    assert read_against(None) == Against()
    assert read_against("statement") == Against(reference="S")
    assert read_against("statement.lean") == Against(reference="T")
    assert read_against("formal_statement") == Against(field="formal_statement")


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("missing.lean", "No such file"),
        ("folder/missing", "no such file"),
        (" ", "no such file"),
        ("latin.lean", "not UTF-8"),
    ],
)
def test_against_nothing_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argument: str, complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin.lean").write_bytes(b"\xe9")
    with pytest.raises(InputError, match=complaint):
        read_against(argument)
