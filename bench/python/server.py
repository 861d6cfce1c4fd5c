# -*- coding: utf-8 -*-
"""CPython's side of the benchmark: a process that times pickle when it is told to. Python 3.6 or later.

One JSON object a line in, one a line out; {"error"} when a command fails. Workloads are those of workloads.py.

    {"op": "info"}      -> {"version", "compiler", "pgo", "lto", "optimize", "config", "protocol", "workloads": [names]}
                           "pgo" and "lto" are null for a distribution's build, whose flags do not tell; Debian uses both
    {"op": "prepare", "workload"}           -> {"path", "size", "protocol", "objects"}
    {"op": "time", "workload", "what": "loads" | "dumps", "rounds": 5, "minTime": 0.05, "gc": true, "loaded": false}
                        -> {"median", "best", "samples": ns per call, "calls": per round, "size"}
    {"op": "verify", "workload", "path"}    -> {"same"}     a file written by brine, against the workload itself
    {"op": "forget"}                        -> {}           drops the values that are kept

A round is as many calls as fill minTime seconds, at most as many as fit in 256 MB of results: all results of a round
stay alive until its time is taken, or the collector's work would be hidden. "loaded" dumps what loads gives of the
file, instead of the value as it was first made. One call goes before, untimed.
"""
import gc
import json
import os
import pickle
import sys
import sysconfig
import time

import workloads

KEEP = 256 << 20
GROWTH = 8  # a loaded value is about so many times its pickle

values = {}


def data_of(name):
    with open(workloads.prepare(name), "rb") as f:
        return f.read()


def value_of(name, loaded):
    key = (name, loaded)
    if key not in values:
        values.clear()  # one workload at a time: old values burden the collector
        values[key] = pickle.loads(data_of(name)) if loaded else workloads.WORKLOADS[name].make()
    return values[key]


def info(request):
    config = sysconfig.get_config_var("CONFIG_ARGS") or ""
    flags = " ".join(str(sysconfig.get_config_var(key) or "") for key in ("PY_CFLAGS", "PY_CORE_CFLAGS", "PY_LDFLAGS"))
    # Distributions run the profiled build by its make targets, which leaves no trace in the configuration.
    silent = None if "'--prefix=/usr'" in config else False
    return {
        "version": sys.version.split()[0],
        "compiler": sys.version.split("\n")[-1],
        "pgo": "--enable-optimizations" in config or "-fprofile-use" in flags or silent,
        "lto": "--with-lto" in config or "-flto" in flags or silent,
        "optimize": [flag for flag in flags.split() if flag.startswith("-O")][-1:],
        "config": config,
        "protocol": pickle.HIGHEST_PROTOCOL,
        "workloads": [w.name for w in workloads.WORKLOADS.values() if w.protocol <= pickle.HIGHEST_PROTOCOL],
    }


def prepare(request):
    name = request["workload"]
    path = workloads.prepare(name)
    value = value_of(name, False)
    return {"path": path, "size": os.path.getsize(path), "protocol": workloads.WORKLOADS[name].protocol,
            "objects": workloads.count(value)}


def run_round(call, argument, protocol, calls):
    """The time of so many calls, in ns; the results die after the clock is read."""
    kept = [None] * calls
    clock = time.perf_counter
    if protocol is None:
        start = clock()
        for i in range(calls):
            kept[i] = call(argument)
        end = clock()
    else:
        start = clock()
        for i in range(calls):
            kept[i] = call(argument, protocol)
        end = clock()
    return (end - start) * 1e9


def measure(request):
    name, what = request["workload"], request["what"]
    work = workloads.WORKLOADS[name]
    if what == "loads":
        values.clear()
        call, argument, protocol = pickle.loads, data_of(name), None
        size = len(argument)
    else:
        call, argument, protocol = pickle.dumps, value_of(name, bool(request.get("loaded"))), work.protocol
        size = os.path.getsize(workloads.prepare(name))
    most = max(1, KEEP // (size * (GROWTH if what == "loads" and not name.startswith("bytes_") else 1) + 64))
    gc.collect()
    if request.get("gc", True):
        gc.enable()
    else:
        gc.disable()
    try:
        once = run_round(call, argument, protocol, 1)
        calls = 1
        least = request.get("minTime", 0.05) * 1e9
        while once < least and calls < most:
            calls = min(most, max(calls * 2, int(calls * least / max(once, 1) * 1.2)))
            once = run_round(call, argument, protocol, calls)
        samples = sorted(run_round(call, argument, protocol, calls) / calls for _ in range(request.get("rounds", 5)))
    finally:
        gc.enable()
    middle = len(samples) // 2
    median = samples[middle] if len(samples) % 2 else (samples[middle - 1] + samples[middle]) / 2
    return {"median": median, "best": samples[0], "samples": samples, "calls": calls, "size": size}


def verify(request):
    with open(request["path"], "rb") as f:
        loaded = pickle.load(f)
    return {"same": workloads.same(loaded, value_of(request["workload"], False))}


def forget(request):
    values.clear()
    gc.collect()
    return {}


OPS = {"info": info, "prepare": prepare, "time": measure, "verify": verify, "forget": forget}


def main():
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is printed must not come between the answers
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        try:
            reply = OPS[request["op"]](request)
        except Exception as e:
            reply = {"error": "%s: %s" % (type(e).__name__, e)}
        out.write(json.dumps(reply) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
