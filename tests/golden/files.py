"""safetensors files and repeatable numbers, on nothing but NumPy."""

import json
import zlib

import numpy as np

NAMES = {"float32": "F32", "int64": "I64", "uint8": "U8"}


class Bfloat16:
    """An array to be stored as BF16; .wide holds the rounded float32."""

    def __init__(self, x):
        bits = np.asarray(x, np.float32).view(np.uint32)
        # Round to nearest, ties to even: add half of the last kept place,
        # less one where that place is even.
        bits = bits + np.uint32(0x7fff) + (bits >> np.uint32(16) & 1)
        self.bits = (bits >> np.uint32(16)).astype("<u2")
        self.wide = (self.bits.astype(np.uint32) << np.uint32(16)).view(
            np.float32)


def encode(x):
    """(dtype name, element size, shape, bytes) of one tensor."""
    if isinstance(x, Bfloat16):
        return "BF16", 2, x.bits.shape, x.bits.tobytes()
    x = np.asarray(x)
    if x.dtype == np.float64:
        x = x.astype(np.float32)
    little = x.astype(x.dtype.newbyteorder("<"))
    return NAMES[x.dtype.name], x.itemsize, x.shape, little.tobytes()


def save_tensors(path, tensors):
    """Largest elements first, then by name; doubles are stored as F32."""
    header, blobs, at = {}, [], 0
    coded = {name: encode(x) for name, x in tensors.items()}
    for name in sorted(coded, key=lambda n: (-coded[n][1], n)):
        kind, _, shape, blob = coded[name]
        header[name] = {"dtype": kind, "shape": list(shape),
                        "data_offsets": [at, at + len(blob)]}
        blobs.append(blob)
        at += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def load_tensors(path):
    """Every tensor of a file; BF16 is widened to float32."""
    with open(path, "rb") as f:
        raw = f.read()
    start = 8 + int.from_bytes(raw[:8], "little")
    out = {}
    kinds = {"F32": "<f4", "I64": "<i8", "U8": "u1", "BF16": "<u2"}
    for name, t in json.loads(raw[8:start]).items():
        if name == "__metadata__":
            continue
        a, b = t["data_offsets"]
        x = np.frombuffer(raw[start + a:start + b], kinds[t["dtype"]])
        if t["dtype"] == "BF16":
            x = (x.astype(np.uint32) << np.uint32(16)).view(np.float32)
        out[name] = x.reshape(t["shape"])
    return out


def save_json(path, x):
    """An object with one key a line, and one line for each thing in lists
    of objects."""
    with open(path, "w", encoding="utf-8") as f:
        f.write(json_lines(x) + "\n")


def json_lines(x):
    if isinstance(x, list) and x and isinstance(x[0], dict):
        return "[\n" + ",\n".join(map(json.dumps, x)) + "]"
    if isinstance(x, dict):
        lines = (f"{json.dumps(k)}: {json_lines(v)}" for k, v in x.items())
        return "{\n" + ",\n".join(lines) + "}"
    return json.dumps(x)


def save_lines(path, cases):
    with open(path, "w", encoding="utf-8") as f:
        for i, case in enumerate(cases):
            f.write(json.dumps({"id": i, **case}) + "\n")


def noise(key, shape):
    """Numbers of [-1,1) that depend on the key alone, exact in float32.

    A counter through a 64-bit mixer, so no version of NumPy changes them.
    """
    n = int(np.prod(shape, dtype=np.int64))
    start = np.uint64(zlib.crc32(key.encode()))
    with np.errstate(over="ignore"):
        z = np.arange(n, dtype=np.uint64) + (start << np.uint64(32))
        for shift, factor in ((30, 0xBF58476D1CE4E5B9),
                              (27, 0x94D049BB133111EB),
                              (31, 0x9E3779B97F4A7C15)):
            z = (z ^ z >> np.uint64(shift)) * np.uint64(factor)
        z ^= z >> np.uint64(32)
    return ((z >> np.uint64(40)).astype(np.float64) / 2 ** 23 - 1).reshape(
        shape)


def pick(key, shape, low, high):
    """Whole numbers of [low,high)."""
    unit = (noise(key, shape) + 1) / 2
    return (low + np.floor(unit * (high - low))).astype(np.int64)
