#!/usr/bin/env python3
"""The weights of a network after one epoch, computed anew.

netsteps.py MODEL ROWS SEED: trains the network of MODEL on the feature rows of
ROWS (JSON lines) as tp-train --epochs 1 --seed SEED did, written here from the
papers with NumPy in double precision, its gradients by the package autograd,
and compares the weights.  What must be the same for that is taken as
tp-train(1) defines it: the random numbers, the order of the windows, and which
elements dropout leaves out.  Prints how many weights and steps were compared;
exit 1 where the way that weights went differs by more than 1 in 1000.
"""
import json
import struct
import sys

import autograd
import autograd.numpy as np
import numpy

DAY, MASK = 86400000, (1 << 64) - 1
GOLDEN, CHUNKS, ROWS = 0x9e3779b97f4a7c15, 8, 128


class Random:
    """xoshiro256**, its state filled by splitmix64."""

    def __init__(self, seed):
        self.s = []
        for _ in range(4):
            seed = (seed + GOLDEN) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9) & MASK
            z = ((z ^ (z >> 27)) * 0x94d049bb133111eb) & MASK
            self.s.append(z ^ (z >> 31))

    def next(self):
        def rot(x, k):
            return ((x << k) | (x >> (64 - k))) & MASK
        s = self.s
        out, t = rot(s[1] * 5 & MASK, 7) * 9 & MASK, s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rot(s[3], 45)
        return out

    def uniform(self):
        return (self.next() >> 11) / 2 ** 53

    def below(self, n):
        m = self.next() * n
        while m & MASK < n and m & MASK < (1 << 64) % n:
            m = self.next() * n
        return m >> 64


class Weights:
    """One flat array, and how its parts start."""

    def __init__(self):
        self.n, self.start = 0, []

    def take(self, shape, bound, centre=0.):
        at, n = self.n, int(numpy.prod(shape))
        self.start.append((n, bound, centre))
        self.n += n
        return lambda w: w[at:at + n].reshape(shape)

    def linear(self, n_in, n_out, bias=True):
        part = self.take((n_in + bias, n_out), n_in ** -.5)
        if bias:
            return lambda w, x: x @ part(w)[:-1] + part(w)[-1]
        return lambda w, x: x @ part(w)

    def table(self, rows, cols):
        return self.take((rows, cols), (6 / (rows + cols)) ** .5)

    def first(self, seed):
        rng, out = Random(seed), []
        for n, bound, centre in self.start:
            u = numpy.array([2 * rng.uniform() - 1 for _ in range(n)])
            out.append(numpy.float32(centre) + numpy.float32(bound) *
                       u.astype(numpy.float32))
        return numpy.concatenate(out).astype(float), rng


def dropped(key, node, shape, share):
    """What dropout multiplies by: a counter, mixed (Wellons's lowbias32)."""
    key = (key + node) * GOLDEN & MASK
    x = (numpy.arange(numpy.prod(shape), dtype=numpy.uint64) +
         ((key ^ key >> 32) & 0xffffffff)) & 0xffffffff
    for shift, times in (16, 0x7feb352d), (15, 0x846ca68b), (16, 1):
        x = (x ^ x >> shift) * times & 0xffffffff
    return numpy.where(x < int(share * 2 ** 32), 0, 1 / (1 - share)) \
        .reshape(shape)


def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def mix(x, adj, hops):
    parts = [x]
    for a in adj:
        v = x
        for _ in range(hops):
            v = a @ v
            parts.append(v)
    return np.concatenate(parts, -1)


# Each builds its weights and returns f(w, x, slot, day, adj, key): x by time,
# window, segment and column; slot and day by time and window.

def mlp(p, n, slots, nout, width, nadj, times):
    first = p.linear(width, 32)
    seg, slot_t, day_t = p.table(n, 32), p.table(slots, 32), p.table(7, 32)
    blocks = [(p.linear(128 * (1 + nadj) if i == 1 else 128, 128),
               p.linear(128, 128)) for i in range(3)]
    last = p.linear(128, nout)

    def run(w, x, slot, day, adj, key):
        one = np.ones((x.shape[1], n, 1))
        h = np.concatenate([first(w, x[0]), one * seg(w),
                            one * slot_t(w)[slot[-1]][:, None],
                            one * day_t(w)[day[-1]][:, None]], -1)
        for i, (a, b) in enumerate(blocks):
            # its place among the layers, in the order that they are made
            node = (7, 11, 14)[i]
            z = relu(a(w, mix(h, adj, 1) if i == 1 else h))
            h = h + b(w, z * dropped(key, node, z.shape, .15))
        return last(w, h)
    return run


def gwnet(p, n, slots, nout, width, nadj, times):
    def places(c):
        return p.table(n, c), p.table(slots, c), p.table(7, c)
    first, inner, layers, left, node = p.linear(width, 32), places(32), [], \
        times, 4
    for i, d in enumerate((1, 2, 4, 5)):
        if left <= 1:
            break
        d = d if i < 3 and d < left else left - 1
        left -= d
        y = {'d': d, 'a': p.linear(32, 64), 'b': p.linear(32, 64, False),
             'skip': p.linear(32, 256)}
        node += 4
        if left > 1:
            y['mix'] = p.linear(32 * (1 + 2 * nadj), 32)
            y['gain'] = p.take((32,), 0, 1.)
            y['shift'] = p.take((32,), 0)
            node += 4
            y['drop'] = node - 1
        layers.append(y)
    outer, end, last = places(256), p.linear(256, 512), p.linear(512, nout)

    def put(w, tables, slot, day):
        return tables[0](w) + tables[1](w)[slot][..., None, :] + \
            tables[2](w)[day][..., None, :]

    def run(w, x, slot, day, adj, key):
        x, total = first(w, x) + put(w, inner, slot, day), 0
        for y in layers:
            was, d = x, y['d']
            v = y['a'](w, was[:-d]) + y['b'](w, was[d:])
            x = np.tanh(v[..., :32]) * sigmoid(v[..., 32:])
            total = total + y['skip'](w, x[-1])
            if 'mix' in y:
                v = y['mix'](w, mix(x, adj, 2))
                v = v * dropped(key, y['drop'], v.shape, .15) + was[d:]
                v = v - np.mean(v, -1, keepdims=True)
                v = v / np.sqrt(np.mean(v ** 2, -1, keepdims=True) + 1e-5)
                x = v * y['gain'](w) + y['shift'](w)
        total = total + put(w, outer, slot[-1], day[-1])
        return last(w, relu(end(w, relu(total))))
    return run


def lstm(p, n, slots, nout, width, nadj, times):
    u, g_in = p.take((64, 256), 1 / 8), p.linear(width, 256)
    dense, last = p.linear(64, 32), p.linear(32, nout)

    def run(w, x, slot, day, adj, key):
        gates = g_in(w, x)
        h = c = np.zeros(x.shape[1:3] + (64,))
        for t in range(times):
            v = gates[t] + h @ u(w)
            i, f, g, o = [v[..., k:k + 64] for k in range(0, 256, 64)]
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        # input, gates, first cells, two layers a time, then those joined
        h = h * dropped(key, 3 + 2 * times + 1, h.shape, .2)
        return last(w, relu(dense(w, h)))
    return run


RECIPES = {  # builder, batch, rate, warm, decay, clip, average, squared
    'mlp': (mlp, 32, .002, 300, 7e-6, 0, .999, False),
    'gwnet': (gwnet, 64, .002, 300, 7e-6, .33, .999, False),
    'lstm': (lstm, 32, .001, 100, 0, 0, 0, True),
    'lstm-calendar': (lstm, 32, .001, 100, 0, 0, 0, True),
}


class State:
    """The binary part of a model file, read in order."""

    def __init__(self, path):
        data = open(path, 'rb').read()
        end = data.index(b'\n') + 1
        self.head = json.loads(data[:end])
        self.data = data[end:end + self.head['sections'][0]['bytes']]

    def take(self, form, n):
        form = '<%d%s' % (n, form)
        out = struct.unpack_from(form, self.data)
        self.data = self.data[struct.calcsize(form):]
        return numpy.array(out)


class Data:
    """Rows as windows of inputs, and what came true."""

    def __init__(self, head, path, nout):
        self.head, self.nout = head, nout
        self.nlag = sum(c.startswith('lag_') and not c.endswith('seen')
                        for c in head['columns'])
        names = [c[:-4] for c in head['columns'] if c.startswith('trail_')]
        self.ahead = [c for c in names if c.startswith('trail_ahead_')]
        self.trail = len(names) > len(self.ahead)
        self.rows = {}
        for line in open(path):
            r = json.loads(line)
            step = (r['timestamp'] - head['data_from']) // head['step_ms']
            self.rows.setdefault(step, {})[
                head['segments'].index(r['segment_id'])] = r
        self.first = self.nlag - 1
        self.train = range(self.first, self.first + head['windows'][0])
        lag0 = [r['lag_0_mph'] for s, rows in self.rows.items()
                if s < self.train.stop for r in rows.values()
                if 'lag_0_mph' in r]
        self.mean, self.std = numpy.mean(lag0), numpy.std(lag0)

    def times(self, step, count):
        t = [self.head['data_from'] // self.head['step_ms'] + step - k
             for k in range(count - 1, -1, -1)]
        day = self.head['slots_per_day']
        return [v % day for v in t], [(v // day + 3) % 7 for v in t]

    def scaled(self, row, name):
        v = row.get(name + '_mph')
        return 0 if v is None else (v - self.mean) / self.std

    def window(self, step, kind):
        pad = kind == 'gwnet'
        calendar, seen = kind == 'lstm-calendar', kind in ('mlp', 'gwnet')
        trail = ['trail_%d'] if seen and self.trail else []
        ahead = self.ahead if seen else []
        slot, day = self.times(step, self.nlag + pad)
        n = len(self.head['segments'])
        x = numpy.zeros((self.nlag + pad, n, 1 + seen + len(trail) +
                         len(ahead) + 2 * calendar))
        for i, r in self.rows.get(step, {}).items():
            for k in range(self.nlag):
                at = self.nlag + pad - 1 - k
                x[at, i] = [self.scaled(r, 'lag_%d' % k)] + \
                    [r.get('lag_%d_seen' % k, 0)] * seen + \
                    [self.scaled(r, c % k) for c in trail] + \
                    [self.scaled(r, c) for c in ahead] + \
                    [slot[at] / self.head['slots_per_day'],
                     day[at] / 7] * calendar
        if kind == 'mlp':
            each = 2 + len(trail)
            x = numpy.concatenate([x[::-1, :, c].T for c in range(each)] +
                                  [x[-1, :, each:]], 1)[None]
        return x, slot, day

    def truth(self, step):
        n = len(self.head['segments'])
        y = numpy.full((n, self.nout), numpy.nan)
        for o in range(self.nout):
            for i, r in self.rows.get(step + 1 + o, {}).items():
                y[i, o] = (r.get('speed_mph', numpy.nan) - self.mean) / \
                    self.std
        return y


class Net:
    def __init__(self, state, kind, data):
        n = len(state.head['segments'])
        slots = state.head['slots_per_day']
        s_mean, s_std, arcs, _, _ = state.take('d', 5)
        assert abs(s_mean - data.mean) + abs(s_std - data.std) < 1e-4
        ends = state.take('d', 2 * int(arcs)).astype(int).reshape(-1, 2)
        weight = state.take('f', int(arcs))
        self.fixed, p = [], Weights()
        if arcs:
            road = numpy.zeros((n, n))
            for (a, b), v in zip(ends, weight):
                road[a, b] += v if a != b else 0
            for m in (road, road.T):
                total = m.sum(1, keepdims=True)
                self.fixed.append(m / numpy.where(total > 0, total, 1))
        self.e1, self.e2 = p.take((n, 10), 1), p.take((n, 10), 1)
        x, slot, _ = data.window(data.first, kind)
        self.run = RECIPES[kind][0](p, n, slots, data.nout, x.shape[-1],
                                    len(self.fixed) + 1, len(slot))
        self.p = p

    def adj(self, w):
        a = relu(self.e1(w) @ self.e2(w).T)
        a = np.exp(a - np.max(a, 1, keepdims=True))
        return self.fixed + [a / np.sum(a, 1, keepdims=True)]


def chunks(steps, n_seg, batch):
    """The windows that go through the net at once, and where they begin."""
    most = max(1, min(ROWS // n_seg, (batch + CHUNKS - 1) // CHUNKS))
    for c in range(CHUNKS):
        at, end = len(steps) * c // CHUNKS, len(steps) * (c + 1) // CHUNKS
        while at < end:
            yield at, steps[at:min(at + most, end)]
            at += most


def gradient(net, data, kind, w, steps, key, batch, squared):
    y = numpy.array([data.truth(s) for s in steps])
    count = numpy.isfinite(y).sum()

    def loss(v, at, some):
        parts = [data.window(s, kind) for s in some]
        x = numpy.stack([q[0] for q in parts], 1)
        slot, day = [numpy.stack([q[k] for q in parts], 1) for k in (1, 2)]
        out = net.run(v, x, slot, day, net.adj(v),
                      key + at * 0xd1342543de82ef95 & MASK)
        truth = y[at:at + len(some)]
        known = numpy.isfinite(truth)
        e = (out - numpy.where(known, truth, 0)) * known
        return np.sum(e * e if squared else np.abs(e))
    g = 0
    for at, some in chunks(steps, y.shape[1], batch):
        g = g + autograd.grad(loss)(w, at, some)
    return g / count


def main():
    state, seed = State(sys.argv[1]), int(sys.argv[3])
    kind = state.head['model_kind']
    data = Data(state.head, sys.argv[2], max(state.head['horizon_steps']))
    net = Net(state, kind, data)
    _, batch, rate, warm, decay, clip, average, squared = RECIPES[kind]
    start, rng = net.p.first(seed)
    key, order = rng.next(), list(data.train)
    for i in range(len(order), 1, -1):
        j = rng.below(i)
        order[i - 1], order[j] = order[j], order[i - 1]
    w, m1, m2, mean = start.copy(), 0, 0, 0 * start
    total = (len(order) + batch - 1) // batch
    for t in range(1, total + 1):
        key = key + GOLDEN & MASK
        g = gradient(net, data, kind, w, order[(t - 1) * batch:t * batch],
                     key, batch, squared)
        norm = numpy.sqrt((g ** 2).sum())
        if 0 < clip < norm:
            g = g * clip / norm
        g = g + decay * w
        m1, m2 = .9 * m1 + .1 * g, .999 * m2 + .001 * g ** 2
        r = rate * (1 + numpy.cos(numpy.pi * t / total)) / 2 * \
            min(1, t / warm) * (1 - .999 ** t) ** .5 / (1 - .9 ** t)
        w = w - r * m1 / (m2 ** .5 + 1e-8)
        a = min(t / (t + 10), average)
        mean = a * mean + (1 - a) * w
    got = state.take('f', len(w))
    if state.data:
        sys.exit('%d bytes of the state are left' % len(state.data))
    # the way they went, from what the same average makes of the start
    share = 1.
    if average:
        for t in range(1, total + 1):
            share *= t / (t + 10)
    way = mean - (1 - share if average else 1) * start
    off = numpy.sqrt(((got - mean) ** 2).sum() / (way ** 2).sum())
    print('%s: %d weights, %d steps, off by %.1e of their way' %
          (kind, len(w), total, off))
    if not off < 1e-3:
        sys.exit(1)


main()
