"""NumPy's half of bench/keras.mjs: LeNet5 by windows and BLAS, one thread; and Keras's own load where there is one.

python lenet.py FOLDER    FOLDER has lenet.npz (weights), x.npy and lenet.h5. Prints JSON, milliseconds.
"""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

folder = sys.argv[1]
weights = np.load(os.path.join(folder, "lenet.npz"))
w = [weights["arr_%d" % i] for i in range(len(weights.files))]
x = np.load(os.path.join(folder, "x.npy"))


def conv(x, kernel, bias, same):
    k = kernel.shape[0]
    if same:
        x = np.pad(x, ((0, 0), (k // 2, k // 2), (k // 2, k // 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
    n, h, v = windows.shape[:3]
    columns = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * h * v, -1)
    return np.tanh(columns @ kernel.reshape(-1, kernel.shape[3]) + bias).reshape(n, h, v, -1)


def pool(x):
    n, h, v, c = x.shape
    return x.reshape(n, h // 2, 2, v // 2, 2, c).mean(axis=(2, 4), dtype="f4")


def predict(x):
    x = pool(conv(x, w[0], w[1], True))
    x = pool(conv(x, w[2], w[3], False))
    x = conv(x, w[4], w[5], False).reshape(len(x), -1)
    x = np.tanh(x @ w[6] + w[7])
    x = x @ w[8] + w[9]
    x = np.exp(x - x.max(axis=1, keepdims=True))
    return x / x.sum(axis=1, keepdims=True)


def median(f, rounds):
    f()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        f()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[len(times) // 2]


out = {"numpy": np.__version__, "batch": median(lambda: predict(x), 7), "one": median(lambda: predict(x[:1]), 50)}
np.save(os.path.join(folder, "numpy.npy"), predict(x).astype("f4"))
try:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow as tf

        keras, version = tf.keras, tf.__version__
    except ImportError:
        import keras

        version = keras.__version__
    path = os.path.join(folder, "lenet.h5")
    out["keras"] = version
    out["load"] = median(lambda: keras.models.load_model(path, compile=False), 7)
    model = keras.models.load_model(path, compile=False)
    np.testing.assert_allclose(model.predict(x, verbose=0), predict(x), atol=2e-6)
except ImportError:
    pass
print(json.dumps(out))
