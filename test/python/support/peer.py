# -*- coding: utf-8 -*-
"""A Python that answers questions about pickles: one JSON object a line in, one a line out. Python 2.7, 3.6 or later.

A request {"id", "op", ...} is answered {"id", "ok": true, ...} or {"id", "ok": false, "type", "message"}; the latter
is the exception of the question. Streams are base64. A "source" is Python text which sees the modules in NAMES, `user`
(fixtures/make/brine_fixture_classes.py) and its classes; "setup" may hold statements before it. "options" are
{"encoding"?, "errors"?, "fix_imports"?, "buffers"?: [{"data": hex, "readonly"}], "loads"?: n, "python"?: true}, where
"python" asks for the pickler or unpickler written in Python; Python 2 heeds only "loads" and "python".

    info                                           -> {"version", "executable", "highest"}
    describe {stream, options}                     -> {"description"}   see fixtures/make/describe.py
    value {source, setup}                          -> {"description"}
    dumps {source, setup, protocol, options}       -> {"stream", "buffers": [{"data", "readonly"}] with options.buffers}
    loads_equal {stream, options, source, setup}   -> {"equal", "loaded", "expected"}   by description
    check {stream, options, source, setup}         -> {"result"}        bool(source), where `value` is what was loaded
    dis {stream}                                   -> {"text"}
    optimize {stream}                              -> {"stream"}
"""
from __future__ import absolute_import, print_function

import base64
import importlib
import io
import json
import os
import pickle
import pickletools
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "..", "fixtures", "make"))

import brine_fixture_classes as user  # noqa: E402
import describe  # noqa: E402

PY2 = sys.version_info[0] == 2
if PY2:
    import cPickle

NAMES = ("array", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "io",
         "ipaddress", "math", "operator", "pathlib", "pickle", "random", "re", "struct", "sys", "types", "uuid", "zoneinfo")


def namespace():
    names = dict(vars(user), user=user)
    for name in NAMES:
        try:
            names[name] = importlib.import_module(name)
        except ImportError:
            pass
    return names


def evaluate(request, **more):
    names = namespace()
    names.update(more)
    if request.get("setup"):
        exec(request["setup"], names)
    return eval(request["source"], names)


def stream_of(request):
    return base64.b64decode(request["stream"])


def text_of(data):
    return base64.b64encode(data).decode("ascii")


def load(request):
    options = request.get("options") or {}
    f = io.BytesIO(stream_of(request))
    if PY2:
        unpickler = (pickle if options.get("python") else cPickle).Unpickler(f)
    else:
        kwargs = {key: options[key] for key in ("encoding", "errors", "fix_imports") if key in options}
        if "buffers" in options:
            kwargs["buffers"] = [(bytes if b["readonly"] else bytearray).fromhex(b["data"]) for b in options["buffers"]]
        unpickler = (pickle._Unpickler if options.get("python") else pickle.Unpickler)(f, **kwargs)
    if "loads" not in options:
        return unpickler.load()
    return [unpickler.load() for _ in range(options["loads"])]


def answer_info(request):
    return {"version": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable,
            "highest": pickle.HIGHEST_PROTOCOL}


def answer_describe(request):
    return {"description": describe.describe(load(request))}


def answer_value(request):
    return {"description": describe.describe(evaluate(request))}


def answer_dumps(request):
    options = request.get("options") or {}
    value = evaluate(request)
    protocol = request.get("protocol")
    if PY2:
        return {"stream": text_of((pickle if options.get("python") else cPickle).dumps(value, protocol or 0))}
    kwargs = {"fix_imports": options["fix_imports"]} if "fix_imports" in options else {}
    outside = []
    if options.get("buffers"):
        kwargs["buffer_callback"] = outside.append
    stream = (pickle._dumps if options.get("python") else pickle.dumps)(value, protocol, **kwargs)
    reply = {"stream": text_of(stream)}
    if options.get("buffers"):
        views = [memoryview(b) for b in outside]
        reply["buffers"] = [{"data": v.tobytes().hex(), "readonly": v.readonly} for v in views]
    return reply


def answer_loads_equal(request):
    loaded, expected = describe.describe(load(request)), describe.describe(evaluate(request))
    return {"equal": loaded == expected, "loaded": loaded, "expected": expected}


def answer_check(request):
    return {"result": bool(evaluate(request, value=load(request)))}


def answer_dis(request):
    out = io.StringIO() if not PY2 else io.BytesIO()
    pickletools.dis(stream_of(request), out)
    return {"text": out.getvalue()}


def answer_optimize(request):
    return {"stream": text_of(pickletools.optimize(stream_of(request)))}


def serve(lines, out):
    for line in iter(lines.readline, b""):
        request = json.loads(line.decode("utf-8"))
        try:
            reply = dict(globals()["answer_" + request["op"]](request), ok=True)
        except Exception as e:
            reply = {"ok": False, "type": type(e).__name__, "message": str(e)}
        reply["id"] = request["id"]
        out.write(json.dumps(reply).encode("ascii") + b"\n")
        out.flush()


def main():
    # What a question prints must not come between the answers.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lines = sys.stdin if PY2 else sys.stdin.buffer
    describe.with_deep_stack(lambda: serve(lines, out))


if __name__ == "__main__":
    main()
