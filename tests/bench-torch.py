#!/usr/bin/env python3
"""The work of `umie bench` in PyTorch, float32, for comparison side by side.

    umie init --size base CKPT
    umie bench -m CKPT --threads 2; python3 tests/bench-torch.py 2

64 input tokens through the encoder of FLAN-T5 base, 24 answer tokens with a
key/value cache, 37 pictures of 224x224 through ResNet-101 in eval mode.
Random weights; medians of five runs (three for the pictures).
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

D, INNER, FF, V, LAYERS, HEADS, L, M = 768, 768, 2048, 32102, 12, 12, 64, 24


def matrix(*shape):
    return torch.randn(*shape) * 0.03


def block(decoder):
    b = {n: matrix(INNER, D) for n in ("q", "k", "v")}
    b.update(o=matrix(D, INNER), n1=torch.ones(D), n2=torch.ones(D),
             w0=matrix(FF, D), w1=matrix(FF, D), wo=matrix(D, FF))
    if decoder:
        b.update({n: matrix(INNER, D) for n in ("cq", "ck", "cv")})
        b.update(co=matrix(D, INNER), n3=torch.ones(D))
    return b


def rms(x, w):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * w


def attention(q, k, v, bias):
    q, k, v = (t.view(t.shape[0], HEADS, -1).transpose(0, 1)
               for t in (q, k, v))
    s = q @ k.transpose(1, 2)
    if bias is not None:
        s = s + bias
    out = (s.softmax(-1) @ v).transpose(0, 1)
    return out.reshape(out.shape[0], -1)


def feed_forward(x, b):
    h = rms(x, b["n2"])
    gate = F.gelu(F.linear(h, b["w0"]), approximate="tanh")
    return x + F.linear(gate * F.linear(h, b["w1"]), b["wo"])


def encode(blocks, embedding):
    x, bias = embedding[torch.arange(L)], torch.zeros(HEADS, L, L)
    for b in blocks:
        h = rms(x, b["n1"])
        a = attention(F.linear(h, b["q"]), F.linear(h, b["k"]),
                      F.linear(h, b["v"]), bias)
        x = feed_forward(x + F.linear(a, b["o"]), b)
    return rms(x, torch.ones(D))


def decode(blocks, embedding, head, memory):
    cross = [(F.linear(memory, b["ck"]), F.linear(memory, b["cv"]))
             for b in blocks]
    keys = [torch.empty(0, INNER)] * LAYERS
    values = [torch.empty(0, INNER)] * LAYERS
    token = 0
    for i in range(M):
        x = embedding[token:token + 1]
        for j, b in enumerate(blocks):
            h = rms(x, b["n1"])
            keys[j] = torch.cat([keys[j], F.linear(h, b["k"])])
            values[j] = torch.cat([values[j], F.linear(h, b["v"])])
            a = attention(F.linear(h, b["q"]), keys[j], values[j],
                          torch.zeros(HEADS, 1, i + 1))
            x = x + F.linear(a, b["o"])
            h = rms(x, b["n3"])
            a = attention(F.linear(h, b["cq"]), *cross[j], None)
            x = feed_forward(x + F.linear(a, b["co"]), b)
        token = int(F.linear(rms(x, torch.ones(D)), head).argmax())


def conv_norm(i, o, kernel, stride):
    return nn.Sequential(nn.Conv2d(i, o, kernel, stride, kernel // 2,
                                   bias=False), nn.BatchNorm2d(o))


class Bottleneck(nn.Module):
    def __init__(self, i, planes, stride):
        super().__init__()
        o = 4 * planes
        self.a = conv_norm(i, planes, 1, 1)
        self.b = conv_norm(planes, planes, 3, stride)
        self.c = conv_norm(planes, o, 1, 1)
        self.down = (conv_norm(i, o, 1, stride)
                     if stride != 1 or i != o else nn.Identity())

    def forward(self, x):
        y = self.c(F.relu(self.b(F.relu(self.a(x)))))
        return F.relu(y + self.down(x))


def resnet101():
    layers, width = [conv_norm(3, 64, 7, 2), nn.ReLU(),
                     nn.MaxPool2d(3, 2, 1)], 64
    for stage, n in enumerate((3, 4, 23, 3)):
        planes = 64 << stage
        for k in range(n):
            layers.append(Bottleneck(width, planes,
                                     2 if stage and k == 0 else 1))
            width = 4 * planes
    return nn.Sequential(*layers).eval()


def median(name, run, n):
    times = []
    run()
    for _ in range(n):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(f"{name:8} {1e3 * sorted(times)[n // 2]:9.2f} ms", flush=True)


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
    torch.manual_seed(0)
    embedding, head = matrix(V, D), matrix(V, D)
    encoder = [block(False) for _ in range(LAYERS)]
    decoder = [block(True) for _ in range(LAYERS)]
    net, pictures = resnet101(), torch.randn(37, 3, 224, 224)
    with torch.inference_mode():
        memory = encode(encoder, embedding)
        median("encoder", lambda: encode(encoder, embedding), 5)
        median("decoder",
               lambda: decode(decoder, embedding, head, memory), 5)
        median("vision", lambda: net(pictures).mean((2, 3)), 3)


main()
