"""Reads lines of {id, data, model, back, X, y} (base64 pickles; `back` by brine) and prints what differs.

Each estimator that came back is to have the same text, state and answers as the one that was sent, and so are both when
they are fitted anew.
"""
import base64
import json
import pickle
import sys
import warnings

warnings.simplefilter("ignore")

import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.base import clone


def read(text):
    return pickle.loads(base64.b64decode(text))


def flat(value):
    if sp.issparse(value):
        value = value.toarray()
    if isinstance(value, (list, tuple)):
        return [flat(one) for one in value]
    return np.asarray(value)


def same(a, b):
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.kind in "fc":
        return bool(((a == b) | ((a != a) & (b != b))).all())
    return bool((a == b).all())


def answers(model, X):
    out = []
    for method in ("predict", "predict_proba", "decision_function", "transform", "kneighbors"):
        try:
            out.append(flat(getattr(model, method)(X)))
        except (AttributeError, NotImplementedError, ValueError, IndexError) as e:
            out.append([np.asarray(type(e).__name__)])
    return out


def states(value):
    """Types and scalars of a state, in order: what a round trip could blur."""
    if isinstance(value, dict):
        return [(key, states(one)) for key, one in value.items()]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [states(one) for one in value]]
    if isinstance(value, (bool, int, float, str, type(None), np.generic)):
        return type(value).__name__ + repr(value)
    if isinstance(value, np.ndarray):
        return [str(value.dtype), value.shape, value.tobytes().hex() if value.dtype.kind != "O" else None]
    return type(value).__name__


wrong = []
for line in sys.stdin:
    row = json.loads(line)
    where = "%(id)s %(data)s protocol %(protocol)s" % row
    try:
        sent, back = read(row["model"]), read(row["back"])
        X, y = read(row["X"]), read(row["y"])
        if row["id"] == "isotonic":
            X = X.ravel()
        if type(sent) is not type(back) or repr(sent) != repr(back):
            wrong.append([where, "text", repr(sent), repr(back)])
        if states(vars(sent)) != states(vars(back)):
            wrong.append([where, "state"])
        if not same(answers(sent, X), answers(back, X)):
            wrong.append([where, "answers"])
        try:
            np.random.seed(0)
            again = clone(sent).fit(X, y)
            np.random.seed(0)
        except Exception:
            continue
        if not same(answers(again, X), answers(clone(back).fit(X, y), X)):
            wrong.append([where, "refitted"])
    except Exception as e:
        wrong.append([where, repr(e)])
print(json.dumps({"version": sklearn.__version__, "wrong": wrong}))
