#!/usr/bin/python3
"""Forecasts of a network's model file, computed anew with NumPy.

netcheck.py MODEL ROWS FORECASTS: reads the weights of MODEL, puts the feature
rows of ROWS (JSON lines) through the network, written here from the papers in
double precision, and compares with what tp-predict forecast.  Prints the
number of forecasts compared; exit 1 where one is off by more than 0.003.
"""
import json
import struct
import sys

import numpy as np

DAY = 86400000


class State:
    """The binary part, read in order."""

    def __init__(self, path):
        data = open(path, 'rb').read()
        end = data.index(b'\n') + 1
        self.head = json.loads(data[:end])
        self.data = data[end:end + self.head['sections'][0]['bytes']]

    def doubles(self, n):
        v = struct.unpack_from('<%dd' % n, self.data)
        self.data = self.data[8 * n:]
        return v

    def floats(self, *shape):
        n = int(np.prod(shape))
        v = np.frombuffer(self.data, '<f4', n).astype(float)
        self.data = self.data[4 * n:]
        return v.reshape(shape)

    def linear(self, n_in, n_out, bias=True):
        w = self.floats(n_in, n_out)
        b = self.floats(n_out) if bias else 0
        return lambda x: x @ w + b


def softmax(a):
    e = np.exp(a - a.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def relu(a):
    return np.maximum(a, 0)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def graphs(s, n):
    """The scale, and the matrices to mix with."""
    mean, std, arcs, _, _ = s.doubles(5)
    ends = np.array(s.doubles(2 * int(arcs)), int).reshape(-1, 2)
    weight = s.floats(int(arcs))
    out = []
    if arcs:
        road = np.zeros((n, n))
        for (a, b), w in zip(ends, weight):
            road[a, b] += w if a != b else 0
        for m in (road, road.T):
            total = m.sum(1, keepdims=True)
            out.append(m / np.where(total > 0, total, 1))
    e1, e2 = s.floats(n, 10), s.floats(n, 10)
    out.append(softmax(relu(e1 @ e2.T)))
    return mean, std, out


def mix(h, adj, hops):
    parts = [h]
    for a in adj:
        v = h
        for _ in range(hops):
            v = a @ v
            parts.append(v)
    return np.concatenate(parts, -1)


def mlp(s, n, slots, nout, adj):
    def build(width):
        first = s.linear(width, 32)
        seg, slot, day = s.floats(n, 32), s.floats(slots, 32), s.floats(7, 32)
        blocks = []
        for i in range(3):
            wide = 128 * (1 + len(adj)) if i == 1 else 128
            blocks.append((s.linear(wide, 128), s.linear(128, 128)))
        last = s.linear(128, nout)

        def run(x, slot_at, day_at):
            one = np.ones((n, 1))
            h = np.concatenate([first(x), seg, one * slot[slot_at[-1]],
                                one * day[day_at[-1]]], 1)
            for i, (a, b) in enumerate(blocks):
                z = mix(h, adj, 1) if i == 1 else h
                h = h + b(relu(a(z)))
            return last(h)
        return run
    return build


def gwnet(s, n, slots, nout, adj):
    def build(width, times):
        def places(c):
            return s.floats(n, c), s.floats(slots, c), s.floats(7, c)
        first = s.linear(width, 32)
        inner, layers = places(32), []
        left = times
        for i, d in enumerate((1, 2, 4, 5)):
            if left <= 1:
                break
            d = d if i < 3 and d < left else left - 1
            left -= d
            layer = {'d': d, 'a': s.linear(32, 64),
                     'b': s.linear(32, 64, False), 'skip': s.linear(32, 256)}
            if left > 1:
                layer['mix'] = s.linear(32 * (1 + 2 * len(adj)), 32)
                layer['gain'], layer['shift'] = s.floats(32), s.floats(32)
            layers.append(layer)
        outer = places(256)
        end, last = s.linear(256, 512), s.linear(512, nout)

        def run(x, slot_at, day_at):
            x = [first(x[t]) + inner[0] + inner[1][slot_at[t]] +
                 inner[2][day_at[t]] for t in range(len(x))]
            total = 0
            for y in layers:
                was, d = x, y['d']
                x = []
                for t in range(len(was) - d):
                    v = y['a'](was[t]) + y['b'](was[t + d])
                    x.append(np.tanh(v[:, :32]) * sigmoid(v[:, 32:]))
                total = total + y['skip'](x[-1])
                if 'mix' not in y:
                    break
                for t, v in enumerate(x):
                    v = y['mix'](mix(v, adj, 2)) + was[t + d]
                    v = v - v.mean(1, keepdims=True)
                    v = v / np.sqrt((v ** 2).mean(1, keepdims=True) + 1e-5)
                    x[t] = v * y['gain'] + y['shift']
            total = total + outer[0] + outer[1][slot_at[-1]] + \
                outer[2][day_at[-1]]
            return last(relu(end(relu(total))))
        return run
    return build


def lstm(s, nout):
    def build(width):
        u, w = s.floats(64, 256), s.linear(width, 256)
        dense, last = s.linear(64, 32), s.linear(32, nout)

        def run(x, *_):
            h = c = np.zeros((x.shape[1], 64))
            for t in range(len(x)):
                i, f, g, o = np.split(w(x[t]) + h @ u, 4, 1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            return last(relu(dense(h)))
        return run
    return build


def main():
    s = State(sys.argv[1])
    head = s.head
    kind, segs, step = head['model_kind'], head['segments'], head['step_ms']
    n, slots = len(segs), head['slots_per_day']
    nlag = sum(c.startswith('lag_') and not c.endswith('seen')
               for c in head['columns'])
    unit = head['unit']
    nout = max(head['horizon_steps'])
    mean, std, adj = graphs(s, n)
    rows = {}
    for line in open(sys.argv[2]):
        r = json.loads(line)
        rows.setdefault(r['timestamp'], {})[r['segment_id']] = r
    pad = kind == 'gwnet'
    calendar = kind == 'lstm-calendar'
    seen = kind in ('mlp', 'gwnet')
    width = 1 + seen + 2 * calendar
    if kind == 'mlp':
        run = mlp(s, n, min(slots, 288), nout, adj)(nlag * 2)
    elif kind == 'gwnet':
        run = gwnet(s, n, min(slots, 288), nout, adj)(width, nlag + 1)
    else:
        run = lstm(s, nout)(width)
    if s.data:
        sys.exit('%d bytes of the state are left' % len(s.data))
    step_of = dict(zip(head['horizon_minutes'], head['horizon_steps']))
    cache, count, worst = {}, 0, 0
    for line in open(sys.argv[3]):
        f = json.loads(line)
        t = f['timestamp']
        if t not in cache:
            back = [t - step * k for k in range(nlag + pad - 1, -1, -1)]
            slot_at = [b % DAY // step for b in back]
            day_at = [(b // DAY + 3) % 7 for b in back]
            x = np.zeros((nlag + pad, n, width))
            for i, seg in enumerate(segs):
                r = rows[t].get(seg)
                for k in range(nlag if r else 0):
                    at = nlag + pad - 1 - k
                    v = r.get('lag_%d_%s' % (k, unit))
                    x[at, i, 0] = 0 if v is None else (v - mean) / std
                    if seen:
                        x[at, i, 1] = r.get('lag_%d_seen' % k) or 0
                    if calendar:
                        x[at, i, 1] = slot_at[at] / min(slots, 288)
                        x[at, i, 2] = day_at[at] / 7
            if kind == 'mlp':
                x = np.concatenate([x[::-1, :, 0].T, x[::-1, :, 1].T], 1)
            cache[t] = run(x, slot_at, day_at) * std + mean
        want = cache[t][segs.index(f['segment_id']),
                        step_of[f['prediction_horizon_minutes']] - 1]
        got = f['predicted_speed_' + unit]
        worst = max(worst, abs(max(want, 0) - got))
        count += 1
    print('%s: %d forecasts compared' % (kind, count))
    if worst > 0.003 or count == 0:
        sys.exit('off by %g' % worst)


main()
