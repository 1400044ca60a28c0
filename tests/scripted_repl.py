"""A process that speaks as the Lean REPL at v4.15.0 does, from a script; for tests.

Run as `python scripted_repl.py SCRIPT.json`. The script is a list of rules. A request is JSON up
to a blank line; a request that does not parse kills the process, as with the real one. The first
rule whose `match` is contained in the request's text answers it (each rule any number of times,
or `times`); without a rule the answer is `{"env": n}` with the next number, and an audit request
hears of no constants, a request for an export gets none, one for a ruling an empty one.

Keys of a rule, all optional:
  match     text that the request contains
  to_audit  answer only audit requests
  audit     answer only audit requests, with these constants: [name, kind, axioms], where `$0` in
            a name stands for the first name that was last given to an example
  export    answer only requests for an export, with this text
  judge     answer only requests for a ruling, with these fields of it
  times     how often the rule answers at most
  answer    fields of the answer; `env` is added where it is missing and `keep_env` is not set
  keep_env  answer exactly these fields
  raw       text to write instead, as it is
  before    text to write before the answer (noise of elaborated code)
  fill      number of characters to add to the first message
  chunk     write so many bytes at a time, flushed
  stderr    number of bytes to write to standard error first
  binary    hexadecimal bytes to write first
  exit      status to end with, after having written `raw`
  signal    number of the signal to die of, after having written `raw`
  hang      do not answer
  delay     seconds to wait before the answer
  close     close standard output and live on

Every request is appended to `SCRIPT.json.log`, one JSON text a line.
"""

import copy
import json
import os
import re
import shlex
import sys
import time
from pathlib import Path


def read_request():
    lines = []
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            return None
        if not line.strip():
            return b"".join(lines)
        lines.append(line)


def write(data, chunk):
    out = sys.stdout.buffer
    step = chunk or len(data) or 1
    for at in range(0, len(data), step):
        out.write(data[at : at + step])
        out.flush()


def refuse(text):
    sys.stderr.write(f"uncaught exception: {json.dumps({'message': text})}\n")
    sys.exit(1)


def run(path):
    rules = [dict(rule) for rule in json.loads(Path(path).read_text())]
    log = Path(path + ".log")
    env = -1
    names = []
    while (request := read_request()) is not None:
        if not request:
            refuse("Could not parse JSON: unexpected end of input")
        try:
            fields = json.loads(request)
        except ValueError as error:
            refuse(f"Could not parse JSON: {error}")
        with log.open("a") as lines:
            lines.write(json.dumps(fields) + "\n")
        env += 1
        text = json.dumps(fields, ensure_ascii=False)
        if not is_audit(fields):
            names = re.findall(r"numinaExample\w+", text) or names
        rule = next((r for r in rules if applies(r, text)), {})
        if "times" in rule:
            rule["times"] -= 1
        if is_audit(fields) and set(rule) <= {"match", "times", "audit"}:
            rule = {"answer": {"messages": [audit_message(fields, rule.get("audit", []), names)]}}
        elif asks(fields, "export") and set(rule) <= {"match", "times", "export"}:
            rule = {"answer": {"messages": [said(fields, rule.get("export", ""))]}}
        elif asks(fields, "judge") and set(rule) <= {"match", "times", "judge"}:
            ruling = {"refusal": None, "declarations": [], "mismatches": []} | rule.get("judge", {})
            rule = {"answer": {"messages": [said(fields, json.dumps(ruling))]}}
        play(rule, env)


def applies(rule, text):
    wanted = json.dumps(rule.get("match", ""), ensure_ascii=False)[1:-1]
    fields = json.loads(text)
    if ("audit" in rule or "to_audit" in rule) and not is_audit(fields):
        return False
    if any(word in rule and not asks(fields, word) for word in ("export", "judge")):
        return False
    return rule.get("times", 1) > 0 and wanted in text


def is_audit(fields):
    return str(fields.get("cmd")).startswith("#numina_audit_")


def asks(fields, word):
    return str(fields.get("cmd")).startswith(f"#numina_{word}_")


def said(fields, text):
    """The message that begins with the word of the request."""
    return message("info", shlex.split(fields["cmd"])[1] + text, 1, 0)


def audit_message(fields, constants, names):
    _, nonce, wanted = shlex.split(fields["cmd"])
    asked = wanted.split("\\n")
    for number, name in enumerate(names):
        constants = [[c[0].replace(f"${number}", name), *c[1:]] for c in constants]
    rows = [[name, kind, used if name in asked else None] for name, kind, used in constants]
    return message("info", nonce + json.dumps(rows, ensure_ascii=False), 1, 0)


def message(severity, text, line, column):
    """A message as the REPL writes it."""
    return {"severity": severity, "pos": {"line": line, "column": column}, "data": text}


def script(folder, *rules):
    """The command of a scripted process that keeps to `rules`; its files lie in `folder`."""
    path = folder / "script.json"
    path.write_text(json.dumps(rules))
    return (sys.executable, __file__, str(path))


def requests(folder):
    """What the process of `script` was asked so far."""
    lines = (folder / "script.json.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


def play(rule, env):
    chunk = rule.get("chunk", 0)
    if "stderr" in rule:
        sys.stderr.write("e" * rule["stderr"])
        sys.stderr.flush()
    if "binary" in rule:
        write(bytes.fromhex(rule["binary"]), chunk)
    if "before" in rule:
        write(rule["before"].encode(), chunk)
    time.sleep(rule.get("delay", 0))
    if "raw" in rule:
        write(rule["raw"].encode(), chunk)
    if "signal" in rule:
        os.kill(os.getpid(), rule["signal"])
    if "exit" in rule:
        os._exit(rule["exit"])
    if "close" in rule:
        os.close(1)
    if "hang" in rule or "close" in rule:
        time.sleep(3600)
    if "raw" not in rule:
        answer = copy.deepcopy(rule.get("answer", {}))
        if not rule.get("keep_env"):
            answer.setdefault("env", env)
        if "fill" in rule:
            answer["messages"][0]["data"] += "x" * rule["fill"]
        pretty = json.dumps(answer, ensure_ascii=False, indent=1)
        write(pretty.encode() + b"\n\n", chunk)


if __name__ == "__main__":
    run(sys.argv[1])
