"""A small torchvision-layout ResNet: bottlenecks of expansion 4, the stride
in the 3x3 convolution, stored or batch statistics."""

import numpy as np

from files import noise
from reverse import Value, convolution, max_pool

EPS, MOMENTUM = 1e-5, 0.1


def convolutions(width, blocks):
    """(convolution, its norm, shape) of every layer."""
    yield "conv1", "bn1", (width, 3, 7, 7)
    have = width
    for s, n in enumerate(blocks):
        inner = width << s
        for i in range(n):
            at = f"layer{s + 1}.{i}."
            yield at + "conv1", at + "bn1", (inner, have, 1, 1)
            yield at + "conv2", at + "bn2", (inner, inner, 3, 3)
            yield at + "conv3", at + "bn3", (inner * 4, inner, 1, 1)
            if i == 0:
                yield (at + "downsample.0", at + "downsample.1",
                       (inner * 4, have, 1, 1))
            have = inner * 4


def weights(width, blocks, classes):
    out = {}
    for conv, bn, shape in convolutions(width, blocks):
        n = shape[0]
        spread = np.sqrt(6 / np.prod(shape[1:]))
        out[conv + ".weight"] = noise(conv, shape) * spread
        for part, base, slope in (("weight", 1, 0.2), ("bias", 0, 0.2),
                                  ("running_mean", 0, 0.2),
                                  ("running_var", 1, 0.4)):
            out[f"{bn}.{part}"] = base + slope * noise(bn + part, (n,))
        out[bn + ".num_batches_tracked"] = np.int64(7)
    out["fc.weight"] = noise("fc", (classes, width * 32))
    out["fc.bias"] = noise("fc.bias", (classes,))
    return {k: v if v.dtype == np.int64 else v.astype(np.float32)
            for k, v in out.items()}


class Network:
    def __init__(self, tensors, train):
        self.p = {name: Value(x) for name, x in tensors.items()
                  if not name.startswith("fc.")
                  and not name.endswith("num_batches_tracked")}
        self.counts = {n: x for n, x in tensors.items()
                       if n.endswith("num_batches_tracked")}
        self.train = train
        self.after, self.taps = {}, {}

    def norm(self, x, name):
        mean = self.p[name + ".running_mean"]
        var = self.p[name + ".running_var"]
        if self.train:
            n = x.data.size // x.shape[1]
            old_mean, old_var = mean.data, var.data
            mean = x.transpose(1, 0, 2, 3).reshape(x.shape[1], -1).mean(1)
            d = x - mean.reshape(1, -1, 1, 1)
            var = (d * d).transpose(1, 0, 2, 3).reshape(
                x.shape[1], -1).mean(1)
            self.keep(name + ".running_mean", old_mean, mean.data)
            self.keep(name + ".running_var", old_var,
                      var.data * n / (n - 1))
            tracked = name + ".num_batches_tracked"
            self.after["after." + tracked] = self.counts[tracked] + 1
        scale = self.p[name + ".weight"] * (var + EPS).power(-0.5)
        return ((x - mean.reshape(1, -1, 1, 1)) * scale.reshape(1, -1, 1, 1)
                + self.p[name + ".bias"].reshape(1, -1, 1, 1))

    def keep(self, name, old, new):
        self.after["after." + name] = (1 - MOMENTUM) * old + MOMENTUM * new

    def conv(self, x, conv, bn, stride=1, pad=0):
        return self.norm(convolution(x, self.p[conv + ".weight"], stride,
                                     pad), bn)

    def block(self, x, at, stride):
        y = self.conv(x, at + "conv1", at + "bn1").relu()
        y = self.conv(y, at + "conv2", at + "bn2", stride, 1).relu()
        y = self.conv(y, at + "conv3", at + "bn3")
        if at + "downsample.0.weight" in self.p:
            x = self.conv(x, at + "downsample.0", at + "downsample.1",
                          stride)
        return (x + y).relu()

    def forward(self, images):
        x = self.conv(Value(images), "conv1", "bn1", 2, 3).relu()
        self.taps["stem"] = x = max_pool(x, 3, 2, 1)
        for s in range(1, 5):
            i = 0
            while f"layer{s}.{i}.conv1.weight" in self.p:
                stride = 2 if s > 1 and i == 0 else 1
                x = self.block(x, f"layer{s}.{i}.", stride)
                i += 1
            self.taps[f"layer{s}"] = x
        b, c = x.shape[:2]
        self.taps["pooled"] = x.reshape(b, c, -1).mean(2)
        return self.taps["pooled"]


def run(tensors, images, loss_weights, train):
    """What is expected of a network: (forward tensors, gradients)."""
    net = Network(tensors, train)
    loss = (net.forward(images) * np.asarray(loss_weights, np.float64)).sum()
    loss.backward()
    out = {name: v.data for name, v in net.taps.items()}
    out.update(net.after, loss=loss.data)
    grads = {name: v.grad for name, v in net.p.items()
             if not name.endswith(("running_mean", "running_var"))}
    return out, grads
