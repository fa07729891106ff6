"""A small reverse-mode differentiation in NumPy, all in float64.

A Value remembers from which values it was computed and how a gradient flows
back to them.  Only what the networks of these packages need is here.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Value:
    def __init__(self, data, parents=(), back=None):
        self.data = np.asarray(data, np.float64)
        self.parents = parents
        self.back = back  # gradient of self -> gradients of the parents
        self.grad = None

    @property
    def shape(self):
        return self.data.shape

    def __add__(self, other):
        other = value(other)
        return Value(self.data + other.data, (self, other),
                     lambda g: (g, g))

    def __mul__(self, other):
        other = value(other)
        return Value(self.data * other.data, (self, other),
                     lambda g: (g * other.data, g * self.data))

    def __sub__(self, other):
        return self + value(other) * -1.0

    def __matmul__(self, other):
        return Value(self.data @ other.data, (self, other),
                     lambda g: (g @ swapped(other.data),
                                swapped(self.data) @ g))

    __radd__ = __add__
    __rmul__ = __mul__

    def power(self, k):
        return Value(self.data ** k, (self,),
                     lambda g: (g * k * self.data ** (k - 1),))

    def tanh(self):
        y = np.tanh(self.data)
        return Value(y, (self,), lambda g: (g * (1 - y * y),))

    def relu(self):
        return self * (self.data > 0)

    def leaky(self, slope):
        return self * np.where(self.data >= 0, 1.0, slope)

    def sum(self, axis=None, keepdims=False):
        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return (np.broadcast_to(g, self.shape),)
        return Value(self.data.sum(axis, keepdims=keepdims), (self,), back)

    def mean(self, axis, keepdims=False):
        y = self.sum(axis, keepdims)
        return y * (y.data.size / self.data.size)

    def reshape(self, *shape):
        return Value(self.data.reshape(shape), (self,),
                     lambda g: (g.reshape(self.shape),))

    def transpose(self, *axes):
        return Value(self.data.transpose(axes), (self,),
                     lambda g: (g.transpose(np.argsort(axes)),))

    def rows(self, index):
        """self[index] along the first axis; an index may repeat."""
        def back(g):
            out = np.zeros(self.shape)
            np.add.at(out, index, g)
            return (out,)
        return Value(self.data[index], (self,), back)

    def backward(self):
        """Set .grad of every value that this scalar depends on."""
        order, seen = [], set()

        def visit(v):
            stack = [(v, iter(v.parents))]
            seen.add(id(v))
            while stack:
                top, parents = stack[-1]
                for p in parents:
                    if id(p) not in seen:
                        seen.add(id(p))
                        stack.append((p, iter(p.parents)))
                        break
                else:
                    order.append(top)
                    stack.pop()

        visit(self)
        for v in order:
            v.grad = np.zeros(v.shape)
        self.grad = np.ones(self.shape)
        for v in reversed(order):
            if v.back is None:
                continue
            for p, g in zip(v.parents, v.back(v.grad)):
                p.grad = p.grad + unbroadcast(g, p.shape)


def value(x):
    return x if isinstance(x, Value) else Value(x)


def swapped(x):
    return np.swapaxes(x, -1, -2)


def unbroadcast(g, shape):
    """Sum a gradient over the axes that broadcasting had stretched."""
    g = g.sum(tuple(range(g.ndim - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axes, keepdims=True) if axes else g


def softmax(x):
    e = np.exp(x.data - x.data.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    return Value(p, (x,),
                 lambda g: (p * (g - (g * p).sum(-1, keepdims=True)),))


def log_softmax(x):
    y = x.data - x.data.max(-1, keepdims=True)
    y = y - np.log(np.exp(y).sum(-1, keepdims=True))
    return Value(y, (x,),
                 lambda g: (g - np.exp(y) * g.sum(-1, keepdims=True),))


def windows(x, size, stride):
    """(B,C,Y,X) -> (B,C,Y',X',size,size), a view."""
    w = sliding_window_view(x, (size, size), (2, 3))
    return w[:, :, ::stride, ::stride]


def padded(x, pad, fill=0.0):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)),
                  constant_values=fill)


def scatter(parts, shape, stride, pad):
    """The adjoint of padding and windows: parts[i][j] is (B,C,Y',X')."""
    b, c, y, x = shape
    out = np.zeros((b, c, y + 2 * pad, x + 2 * pad))
    for i, row in enumerate(parts):
        for j, g in enumerate(row):
            out[:, :, i:i + stride * g.shape[2]:stride,
                j:j + stride * g.shape[3]:stride] += g
    return out[:, :, pad:pad + y, pad:pad + x]


def convolution(x, weight, stride, pad):
    size = weight.shape[2]
    cut = windows(padded(x.data, pad), size, stride)
    y = np.einsum("bcyxij,ocij->boyx", cut, weight.data, optimize=True)

    def back(g):
        parts = [[np.einsum("boyx,oc->bcyx", g, weight.data[:, :, i, j])
                  for j in range(size)] for i in range(size)]
        return (scatter(parts, x.shape, stride, pad),
                np.einsum("boyx,bcyxij->ocij", g, cut, optimize=True))
    return Value(y, (x, weight), back)


def max_pool(x, size, stride, pad):
    cut = windows(padded(x.data, pad, -np.inf), size, stride)
    flat = cut.reshape(cut.shape[:4] + (-1,))
    best = flat.argmax(-1)

    def back(g):
        parts = [[g * (best == i * size + j) for j in range(size)]
                 for i in range(size)]
        return (scatter(parts, x.shape, stride, pad),)
    return Value(flat.max(-1), (x,), back)
