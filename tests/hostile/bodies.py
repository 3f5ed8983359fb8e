"""Turns dice into request bodies, from nearly right to plainly malicious.

Every value that no answer and no log may repeat is made of a canary: the word or the number below.
"""

import gzip
import json
import struct
from random import Random
from typing import Any

from cytology.schema import load_schema

SCHEMA = load_schema()
NAMES = SCHEMA.names

#: Seven digits: integers of up to four may be quoted in an answer, as docs/api.md says.
NUMBER = 8_675_309
WORD = "canary"

BOMB = gzip.compress(b" " * 20_000_000, 9)

#: Pieces of text that break JSON, or that a lenient parser would let pass.
FRAGMENTS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "+1", ".5", "5.", "0x10", "1_0",
    "1E400", "1e-400", "٣", "9" * 400, "9" * 5_000, "-" + "9" * 5_000, f"0.{'1' * 5_000}",
    "1" * 400 + "e-399", '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\x00"', '"\x7f"', "'1'",
    "//x\n1", "/*x*/1", "undefined", "None", "True", "", ",", ",,", "1,", "]", "}", "{", "[", "\\",
    '"', '"\\x41"', '"\\u12"', '"\n"', "\u00a0", "\u2028", "\ufeff", "null", "true", "[]", "{}",
    '{"a":1,"a":2}', f'"{WORD}"', f"{NUMBER}", f"-{NUMBER}", f"{NUMBER}.5", f"{NUMBER}e300",
)  # fmt: skip

ODD_SCORES: tuple[Any, ...] = (
    0, -1, 11, 99, 9_999, -9_999, NUMBER, -NUMBER, NUMBER * 10**40, NUMBER + 0.5, 2.5, 4.0, -0.0,
    1e308, 5e-324, True, False, None, "?", "", "5", " 5 ", WORD, f"{NUMBER}", [], [WORD], {},
    {WORD: NUMBER}, [[NUMBER]], f"{WORD}\r\n{WORD}", f"{WORD}\ud800", "<script>" + WORD,
)  # fmt: skip

ODD_IDS: tuple[Any, ...] = (
    "tag-1", "tag 7 / A", "=tag", "täg", "", None, NUMBER, [WORD], True, f"{WORD}" * 20,
    f"{WORD}\n", f"\x1b[31m{WORD}", f"{WORD}\ud800", f"{WORD}\u2028",
)  # fmt: skip

ODD_NAMES = (
    WORD, f"{WORD} {NUMBER}", f"mitoses{NUMBER}", "mitosis", "Mitoses", "bareNuclei", "samples",
    "instances", "__proto__", "", "\ud800", f"mitoses\r\n{WORD}", WORD * 5_000, "id ", "ID",
)  # fmt: skip


def score(dice: Random) -> Any:
    return dice.randint(1, 10) if dice.random() < 0.97 else dice.choice(ODD_SCORES)


def sample(dice: Random) -> Any:
    """One sample: named, as a row, or something else altogether."""
    kind = dice.random()
    if kind < 0.4:
        found: dict[str, Any] = {name: score(dice) for name in NAMES}
        for _ in range(dice.choice((0, 0, 0, 1, 2, 8))):
            found[dice.choice(ODD_NAMES)] = dice.choice(ODD_SCORES)
        if dice.random() < 0.2:
            found["id"] = dice.choice(ODD_IDS)
        if dice.random() < 0.2:
            del found[dice.choice(NAMES)]
        return found
    if kind < 0.9:
        length = 9 if dice.random() < 0.9 else dice.choice((0, 1, 8, 10, 40))
        return [score(dice) for _ in range(length)]
    if kind < 0.95:
        return {dice.choice(ODD_NAMES) + str(i): NUMBER for i in range(dice.choice((1, 9, 50)))}
    return dice.choice(ODD_SCORES)


def document(dice: Random) -> Any:
    """What a JSON body may hold, for any of the routes that take samples."""
    kind = dice.random()
    samples = [sample(dice) for _ in range(dice.choice((1, 1, 1, 2, 3, 12)))]
    if kind < 0.25:
        return samples[0]
    if kind < 0.7:
        return {"samples": samples}
    if kind < 0.8:
        return {"instances": samples}
    if kind < 0.85:
        return samples
    if kind < 0.92:
        return {"samples": samples, dice.choice(ODD_NAMES): NUMBER}
    return {dice.choice(("samples", "instances")): dice.choice((*ODD_SCORES, samples[0]))}


def as_json(dice: Random, value: Any) -> str:
    """Spell a value, in one of the ways that JSON allows, or break its text in one place."""
    text = json.dumps(value, ensure_ascii=dice.random() < 0.5, indent=dice.choice((None, None, 1)))
    kind = dice.random()
    if kind < 0.6:
        return text
    at = dice.randrange(len(text) + 1)
    if kind < 0.8:
        return text[:at] + dice.choice(FRAGMENTS) + text[at + dice.randrange(4) :]
    if kind < 0.85:
        return text[:at]
    if kind < 0.9:
        return text.replace(str(dice.randint(1, 10)), dice.choice(FRAGMENTS))
    if kind < 0.95:
        return dice.choice(("\ufeff", " ", "\t\n", "\x0b", "\x00", "\u00a0", text)) + text
    return text[:at] + chr(dice.choice((0, 9, 127, 0xD800, 0xFFFF, 0x1F600))) + text[at:]


def deep(dice: Random) -> str:
    """Nesting, closed or not, up to a depth that ends a careless parser."""
    depth = dice.choice((5, 500, 5_000, 100_000))
    opening, closing = dice.choice((("[", "]"), ('{"samples":', "}"), ('[{"a":[', "]}]")))
    inside = dice.choice(("", "1", WORD))
    return opening * depth + inside + (closing * depth if dice.random() < 0.5 else "")


def wide(dice: Random) -> str:
    """Bodies near the limits: of samples, of keys, of columns, of digits, of bytes."""
    count = dice.choice((1_000, 9_999, 10_001, 50_000))
    return dice.choice(
        (
            lambda: '{"samples":[' + "0," * count + "0]}",
            lambda: '{"samples":[' + "[5,1,1,1,2,1,3,1,1]," * (count // 5) + "[0]]}",
            lambda: json.dumps({f"{WORD}{i}": NUMBER for i in range(count)}),
            lambda: json.dumps({"samples": [{"mitose" + "abc"[i % 3]: 1} for i in range(count)]}),
            lambda: json.dumps({"samples": [[WORD * count]]}),
            lambda: "mitoses," + ",".join(f"{WORD}{i}" for i in range(count)),
            lambda: ",".join([*NAMES, *NAMES]) + "\n" + "5," * count,
            lambda: "\n".join("5,1,1,1,2,1,3,1,1" for _ in range(count // 3)),
            lambda: "\n".join("," * (i % 300) for i in range(count // 5)),
            lambda: '"' + WORD * count,
            lambda: "[" + "1" * count * 10 + "]",
            lambda: "[1e" + "1" * count + "]",
            lambda: " " * (count * 25),
        )
    )()  # fmt: skip


def table(dice: Random) -> str:
    """A CSV body, with the cells and line ends of careless and of hostile writers."""
    delimiter = dice.choice(",,,,;\t|")
    end = dice.choice(("\n", "\n", "\r\n", "\r", "\n\n", "\x00\n", "\u2028"))
    cells = (
        "?", "", " 5", "05", "+5", "1_0", "1٠", "5.0", "1e1", "1e999", "nan", '"5"', '"5', '5"',
        '"a""b"', "=1+1", f"={WORD}", WORD, f"{NUMBER}", f"-{NUMBER}", f"{NUMBER}.5", "11", "0",
        f'"{WORD}\n{WORD}"', "\x00", "9" * 30, "true", "NULL", "benign", "4", f"{WORD}," * 3,
    )  # fmt: skip

    def line() -> str:
        width = 9 if dice.random() < 0.9 else dice.choice((0, 1, 8, 12))
        found = [
            str(dice.randint(1, 10)) if dice.random() < 0.96 else dice.choice(cells)
            for _ in range(width)
        ]
        if extra:
            found.insert(0, dice.choice(("tag-1", "=tag", f"{WORD}" * 20, f"{WORD}\x1b", "")))
        if labelled:
            found.append(dice.choice(("2", "4", "benign", "malignant", WORD, "")))
        return delimiter.join(found)

    extra, labelled = dice.random() < 0.3, dice.random() < 0.2
    lines = [line() for _ in range(dice.choice((0, 1, 1, 2, 5, 20)))]
    if dice.random() < 0.5:
        header = [*(["id"] if extra else []), *NAMES, *(["class"] if labelled else [])]
        for _ in range(dice.choice((0, 0, 1, 2))):
            header[dice.randrange(len(header))] = dice.choice(
                ("mitoses", WORD, f"{WORD} {NUMBER}", "", "Bare Nuclei", '"', "class", "id")
            )
        lines.insert(0, delimiter.join(header))
    return dice.choice(("", "", "", "\ufeff", "\n", '"')) + end.join(lines)


def inference(dice: Random) -> tuple[bytes, str | None]:
    """An inference request, and the header length that parts its JSON from binary tensors."""
    rows = dice.choice((1, 1, 2, 5))
    flat = [score(dice) for _ in range(rows * 9)]
    tensor: dict[str, Any] = {
        "name": "scores",
        "shape": [rows, 9],
        "datatype": dice.choice(("INT64", "FP64", "FP32", "UINT8", "INT8", "BYTES")),
        "data": flat,
    }
    request: dict[str, Any] = {"inputs": [tensor]}
    odd = (*ODD_SCORES, [1], [-1, 9], [NUMBER], [10**9, 10**9], [10**4_000] * 3, [0, 9], "INT64")
    tail = b""
    for _ in range(dice.choice((0, 0, 1, 2))):
        target = dice.choice((tensor, tensor, request))
        target[dice.choice((*tensor, "id", "outputs", "inputs", "parameters"))] = dice.choice(odd)
    # The protocol sends an id back, of any length: only one that it must refuse is a canary
    if dice.random() < 0.3 or request.get("id") in (WORD, f"{NUMBER}", "<script>" + WORD):
        request["id"] = dice.choice(("tag-1", "tag" * 50, *ODD_IDS[5:9], *ODD_IDS[10:]))
    if dice.random() < 0.2:
        request["outputs"] = [{"name": dice.choice(("predict", "predict_proba", WORD))}]
    if dice.random() < 0.2:
        request["inputs"] = [
            {"name": name, "shape": [rows], "datatype": "INT64", "data": flat[:rows]}
            for name in dice.sample([*NAMES, WORD], 9)
        ]
    if dice.random() < 0.3:
        tensor.pop("data", None)
        numbers = [dice.choice((1.0, 5.0, 10.0, float("nan"), float("inf"), 8675309.0, -1.0))] * 9
        tail = struct.pack("<9d", *numbers)
        size = dice.choice((72, 72, 72, 8, -1, NUMBER, 10**400, WORD, None, 71))
        tensor["parameters"] = {"binary_data_size": size}
    text = as_json(dice, request).encode("utf-8", "surrogatepass")
    length: str | None = None
    if tail or dice.random() < 0.1:
        lies = ("0", "-1", "+5", "5.0", WORD, "9" * 5_000, "٣", "", str(len(text) + 1), "1")
        length = str(len(text)) if dice.random() < 0.7 else dice.choice(lies)
    return text + tail, length
