"""What libyaml refuses inside brackets, braces and quotes, in plain words."""

from __future__ import annotations

from generator.spec.scene import Scene, Told, quote_hint


def open_bracket(scene: Scene) -> Told:
    line, col = scene.opened
    opener = scene.lines[line][col : col + 1]
    closer = {"[": "]", "{": "}"}.get(opener, "bracket")
    if scene.lines[line][col : col + 2] == "{{":
        return line, col, "a template expression needs quotes", quote_hint(scene.lines[line])
    if scene.line > line or scene.at_end:
        message = f"the {opener} that opens here is not closed"
        return line, col, message, f"write the closing {closer} after the last entry"
    if scene.char and scene.char in "]}":
        message = f"the {opener} of column {col + 1} is closed by {scene.char}"
        return scene.line, scene.col, message, f"write {closer}"
    message = f"expected a comma or the closing {closer} here"
    return scene.line, scene.col, message, "put entries that hold `: `, commas or quotes in quotes"


def glued_colon(scene: Scene) -> Told:
    hint = "write a space after the colon, or put the text in quotes"
    return scene.line, scene.col, "inside brackets this colon needs a space after it", hint


def open_quote(scene: Scene) -> Told:
    line, col = scene.opened
    quote = scene.lines[line][col : col + 1]
    message = f"the quote {quote} that opens here is not closed"
    return line, col, message, f"write the closing {quote} at the end of the text"


def escape(scene: Scene) -> Told:
    escape = scene.text[scene.col : scene.col + 2]
    if "escape code" in scene.problem or "hexdecimal" in scene.problem:
        start = scene.text.rfind("\\", 0, scene.col + 1)
        escape = scene.text[start : start + 2]
        message = f"the escape {escape} does not give a character"
        return scene.line, max(start, 0), message, "write \\uXXXX with four hexadecimal digits"
    message = f"{escape} is no escape that double quotes know"
    return scene.line, scene.col, message, "use single quotes, in which a backslash is only itself"
