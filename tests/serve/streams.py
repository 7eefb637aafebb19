"""Streams of tp-serve, and clients that do not behave: streams.py PORT TEST.

Those that need news start a server of their own, on the next port, and write
records to it.
"""
import atexit
import json
import re
import select
import signal
import subprocess
import sys
import time

from client import WebSocket, connect, read_all, read_exact, read_head

PORT = int(sys.argv[1])


class Server:
    """tp-serve with a pipe for its input"""

    def __init__(self, *options, err=None, by=()):
        self.port = PORT + 1
        self.p = subprocess.Popen(
            [*by, 'tp-serve', '-l', ':%d' % self.port, '--rate', '0',
             *(['-q'] if err is None else []), *options],
            stdin=subprocess.PIPE, stderr=err)
        atexit.register(self.p.kill)
        self.t = int(time.time() * 1000) - 3600000
        for _ in range(100):
            try:
                connect(self.port).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit('no server')

    def tell(self, segments=1, name='s'):
        """one reading of each segment: one tick"""
        self.t += 1000
        lines = ['{"segment_id":"%s%d","timestamp":%d,"speed_kmh":%d}\n' %
                 (name, i, self.t, 30 + self.t // 1000 % 50)
                 for i in range(segments)]
        self.p.stdin.write(''.join(lines).encode())
        self.p.stdin.flush()

    def end(self):
        self.p.stdin.close()
        self.p.terminate()
        self.p.wait(10)


class Events:
    """a client of server-sent events"""

    def __init__(self, port, path='/api/v1/stream', headers=(), rcvbuf=0):
        self.s = connect(port, rcvbuf=rcvbuf)
        lines = ['GET %s HTTP/1.1' % path, 'Host: localhost', *headers]
        self.s.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        self.status, self.head = read_head(self.s)
        self.text = b''

    def chunk(self):
        line = b''
        while not line.endswith(b'\r\n'):
            line += read_exact(self.s, 1)
        n = int(line, 16)
        data = read_exact(self.s, n + 2)[:-2]
        if n == 0:
            raise EOFError
        return data

    def next(self):
        """(id, event, data) of the next message"""
        while True:
            while b'\n\n' not in self.text:
                self.text += self.chunk()
            block, self.text = self.text.split(b'\n\n', 1)
            f = dict(line.split(': ', 1)
                     for line in block.decode().split('\n') if ': ' in line)
            if 'data' in f:
                return (int(f.get('id', -1)), f.get('event'),
                        json.loads(f['data']))


def sse():
    e = Events(PORT)
    assert e.status == 200, e.status
    assert e.head['content-type'] == 'text/event-stream', e.head
    first = e.chunk()
    assert first.startswith(b'retry: 2000\n\n'), first
    e.text = first
    n, event, data = e.next()
    assert event == 'snapshot' and n == data['seq'], (n, event)
    assert len(data['speed_kmh']) == 4


def resume():
    s = Server()
    e = Events(s.port)
    assert e.next()[1] == 'snapshot'
    seen = []
    for _ in range(5):
        s.tell()
        seen.append(e.next()[0])
        time.sleep(0.06)
    assert seen == list(range(seen[0], seen[0] + 5)), seen
    # from the third on, again, and on
    e = Events(s.port, headers=['Last-Event-ID: %d' % seen[1]])
    assert [e.next()[0] for _ in range(3)] == seen[2:]
    s.tell()
    assert e.next()[0] == seen[4] + 1
    # what is not in the ring gives a snapshot
    for bad in ('999999', '-1', 'x', '18446744073709551616'):
        e = Events(s.port, headers=['Last-Event-ID: ' + bad])
        assert e.next()[1] == 'snapshot', bad
    s.end()


def ends():
    """a client of HTTP/1.0 hears no chunks; the server sees at once who has
    gone, and ends what it said to the others with a last chunk"""
    s = Server()
    old = connect(s.port)
    old.sendall(b'GET /api/v1/stream HTTP/1.0\r\nHost: localhost\r\n\r\n')
    status, head = read_head(old)
    assert status == 200 and 'transfer-encoding' not in head, head
    assert read_exact(old, 16) == b'retry: 2000\n\nid:'
    stays, goes = Events(s.port), Events(s.port)
    stays.next()
    goes.next()
    goes.s.close()
    for _ in range(50):
        if metric(s.port, 'tp_http_sse_clients') == 2:
            break
        time.sleep(0.1)
    assert metric(s.port, 'tp_http_sse_clients') == 2
    s.tell()
    assert stays.next()[1] == 'tick'
    s.end()
    assert read_all(stays.s).endswith(b'0\r\n\r\n')
    assert not read_all(old).endswith(b'0\r\n\r\n')


def metric(port, name):
    s = connect(port)
    s.sendall(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\n'
              b'Connection: close\r\n\r\n')
    text = read_all(s)
    return int(re.search(name.encode() + rb' (\d+)', text).group(1))


def slow():
    """a client that reads nothing loses the oldest, is told how many, and
    sees the numbers go on; its loss is counted"""
    s = Server('--slow', '1h')
    e = Events(s.port, rcvbuf=4096)
    w = WebSocket(s.port, '/api/v1/ws')
    w.recv()
    good = Events(s.port)
    good.next()
    for _ in range(330):
        s.tell(segments=2000)
        end = good.next()[0]
    counted = metric(s.port, 'tp_hub_lost_total')
    lost, last, told = 0, None, 0
    while True:
        n, event, data = e.next()
        if event == 'lost':
            lost += data['n']
        elif event == 'tick':
            if last is not None and n != last + 1:
                assert n - last - 1 == lost - told, (last, n, lost)
                told = lost
            last = n
            if n == end:
                break
    assert lost > 0 and lost == metric(s.port, 'tp_hub_lost_total'), lost
    assert counted <= lost
    # the other one reads now, and lost as much or less
    kinds = []
    while True:
        opcode, text = w.recv()
        if opcode == 9:             # it took more than 30 s so far
            continue
        m = json.loads(text)
        kinds.append(m['type'])
        if m.get('seq') == end:
            break
    assert kinds.count('tick') >= 256
    # what is no longer in the ring gives a snapshot
    e = Events(s.port, headers=['Last-Event-ID: 1'])
    assert e.next()[1] == 'snapshot'
    s.end()


def is_cut(s, seconds):
    """waits until a socket that nobody reads has been reset"""
    p = select.poll()
    p.register(s, select.POLLERR)
    return bool(p.poll(seconds * 1000))


def stalled():
    """clients that stop reading are cut and counted; those that read see
    all"""
    with open('stalled.err', 'w+b') as err:
        s = Server('--slow', '2s', '--compat', 'la', err=err)
        v1 = Events(s.port, rcvbuf=4096)
        la = Events(s.port, '/api/predictions/stream', rcvbuf=4096)
        w = WebSocket(s.port, '/api/v1/ws', rcvbuf=4096)
        good = Events(s.port)
        first = good.next()[0]
        end = time.time() + 40
        while time.time() < end and metric(s.port, 'tp_http_slow_total') < 2:
            s.tell(segments=4000)
            last = good.next()[0]
        assert metric(s.port, 'tp_http_slow_total') == 2
        assert is_cut(v1.s, 10) and is_cut(w.s, 10)
        assert metric(s.port, 'tp_http_sse_clients') == 2
        assert metric(s.port, 'tp_http_ws_clients') == 0
        assert not is_cut(good.s, 0) and not is_cut(la.s, 0)
        # one that was cut comes back
        e = Events(s.port, headers=['Last-Event-ID: %d' % (last - 3)])
        assert e.next()[0] == last - 2 > first
        s.end()
        err.seek(0)
        text = err.read().decode()
    assert ' 2 slow clients cut' in text, text


def websocket():
    w = WebSocket(PORT, '/api/v1/ws')
    assert w.good, w.head
    opcode, p = w.recv()
    m = json.loads(p)
    assert opcode == 1 and m['type'] == 'snapshot', m
    assert sorted(m['speed_kmh']) == [40, 41, 42, 43]
    w.send('x' * 125, 9)
    assert w.recv() == (10, b'x' * 125)
    w.send('anything')
    w.send('\x03\xe8', 8)
    assert w.closed() == 1000
    # the head and the first frame in one write
    s = Server()
    w = WebSocket(s.port, '/api/v1/ws')
    w.recv()
    s.tell(segments=5000)
    got = []
    while sum(got) < 5000:
        m = json.loads(w.recv()[1])
        assert m['type'] == 'tick'
        got.append(len(m['i']))
    s.end()


def frames():
    """each of these ends the connection with the code of RFC 6455"""
    for why, want, first, args in (
            ('not masked', 1002, 0x81, dict(payload=b'a', mask=False)),
            ('a 64-bit length', 1009, 0x81,
             dict(payload=b'', length=1 << 40)),
            ('too long', 1009, 0x81, dict(payload=b'a' * 3000)),
            ('a fragment', 1002, 0x01, dict(payload=b'a')),
            ('a continuation', 1002, 0x80, dict(payload=b'a')),
            ('a reserved bit', 1002, 0xc1, dict(payload=b'a')),
            ('an unknown opcode', 1002, 0x83, dict(payload=b'a')),
            ('a long ping', 1002, 0x89, dict(payload=b'a' * 126)),
            ('binary', 1003, 0x82, dict(payload=b'a'))):
        w = WebSocket(PORT, '/api/v1/ws')
        w.raw(first, **args)
        got = w.closed()
        assert got == want, (why, got)
    # a byte at a time is as good
    w = WebSocket(PORT, '/api/v1/ws')
    w.recv()
    for b in b'\x89\x81\0\0\0\0a':
        w.s.sendall(bytes([b]))
        time.sleep(0.01)
    assert w.recv() == (10, b'a')
    assert WebSocket(PORT, '/api/v1/ws', version='8').status == 426
    e = Events(PORT, '/api/v1/ws')
    assert e.status == 426, e.status


def origin():
    w = WebSocket(PORT, '/api/v1/ws', ['Origin: http://evil.example'])
    assert w.status == 403, w.status
    w = WebSocket(PORT, '/api/v1/ws', ['Origin: http://localhost'])
    assert w.status == 101, w.status


def la():
    def say(text):
        w.send(text)
        return json.loads(w.recv()[1])

    w = WebSocket(PORT, '/ws/real-time')
    m = json.loads(w.recv()[1])
    assert m['type'] == 'welcome' and m['available_subscriptions'] == [
        'traffic_data', 'predictions', 'alerts', 'system_status'], m
    assert re.fullmatch('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
                        m['connection_id'])
    m = say('{"type":"subscribe","subscription":"alerts"}')
    assert m['type'] == 'subscription_confirmed', m
    assert m['subscription'] == 'alerts' and 'timestamp' in m
    m = say('{"type":"get_status"}')
    assert m['type'] == 'status_response', m
    assert m['status']['subscriptions']['alerts'] == 1
    m = say('{"type":"subscribe","subscription":"system_status"}')
    assert m['type'] == 'subscription_confirmed', m
    m = json.loads(w.recv()[1])
    assert m['type'] == 'system_status', m
    assert m['status']['subscriptions']['system_status'] == 1
    m = say('{"type":"unsubscribe","subscription":"alerts"}')
    assert m['type'] == 'unsubscription_confirmed', m
    for bad in ('{"type":"subscribe","subscription":"all"}', '{}', 'x', '[]',
                '{"type":7}'):
        assert say(bad)['type'] == 'error', bad
    w.send('{"type":"pong"}')
    w.send('x', 9)
    assert w.recv() == (10, b'x')
    # only what it subscribed to is pushed
    s = Server('--compat', 'la')
    a, b = (WebSocket(s.port, '/ws/real-time') for _ in range(2))
    a.recv()
    b.recv()
    a.send('{"type":"subscribe","subscription":"traffic_data"}')
    a.recv()
    s.tell()
    m = json.loads(a.recv()[1])
    assert m['type'] == 'traffic_update' and m['sensor_id'] == 's0', m
    b.send('x', 9)
    assert b.recv() == (10, b'x')
    s.end()


def nyc():
    """all cells at once, then what has changed, 2 s apart"""
    s = Server('--compat', 'nyc')
    s.tell(segments=3)
    w = WebSocket(s.port, '/ws/stream')
    assert w.good, w.head
    while len(json.loads(w.recv()[1])['cells']) < 3:
        pass
    s.tell(segments=4)
    times = []
    for n in range(3):
        s.tell(segments=5 + n)
        m = json.loads(w.recv()[1])
        times.append(time.time())
    assert len(m['cells']) == 7, m
    assert times[2] - times[0] > 3, times
    assert {c['cell_id'] for c in m['cells']} == {
        's%d' % i for i in range(7)}
    s.end()


def hanoi():
    w = WebSocket(PORT, '/ws/notifications')
    assert w.good
    w.send('keep me')
    w.send('x', 9)
    assert w.recv() == (10, b'x')
    e = Events(PORT, '/ws/notifications')
    assert e.status == 426


def many():
    """200 clients all see all ticks, in order"""
    s = Server()
    clients = [Events(s.port) for _ in range(200)]
    for e in clients:
        assert e.next()[1] == 'snapshot'
    for _ in range(10):
        s.tell(segments=50)
        time.sleep(0.06)
    last = s.t
    histories = []
    for e in clients:
        ids, at = [], [0] * 50
        while min(at) < last:
            n, event, data = e.next()
            assert event == 'tick', event
            ids.append(n)
            for i, t in zip(data['i'], data['at']):
                at[i] = t
        histories.append(ids)
    assert histories[0] == sorted(set(histories[0])), histories[0]
    assert all(h == histories[0] for h in histories)
    assert metric(s.port, 'tp_hub_lost_total') == 0
    s.end()


def flood():
    """one address has at most 20 connections; no more are kept"""
    kept = []
    for _ in range(10000):
        try:
            s = connect(PORT, 0.2)
        except OSError:
            continue
        kept.append(s)
        if len(kept) > 200:
            kept.pop(100).close()
    time.sleep(0.5)
    good = 0
    for s in kept:
        try:
            s.settimeout(0.5)
            s.sendall(b'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
            good += s.recv(12) == b'HTTP/1.1 421'
        except OSError:
            pass
    assert 0 < good <= 20, good
    for s in kept:
        s.close()
    time.sleep(0.5)
    assert connect(PORT).close() is None


def slowloris():
    """heads that come a byte a second are cut, and nobody waits for them"""
    slow = [connect(PORT) for _ in range(10)]
    start = time.time()
    cut = 0
    text = b'GET / HTTP/1.1\r\nHost: localhost\r\nX: ' + b'a' * 100
    for i in range(16):
        for s in list(slow):
            try:
                s.sendall(text[i:i + 1])
                s.setblocking(False)
                if s.recv(1) == b'':
                    raise ConnectionResetError
            except BlockingIOError:
                continue
            except OSError:
                slow.remove(s)
                cut += 1
        good = connect(PORT)
        good.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
        assert read_head(good)[0] == 200
        good.close()
        if not slow:
            break
        time.sleep(1)
    assert not slow, '%d are left' % len(slow)
    assert time.time() - start > 9, 'cut too early'


def heads():
    """what a proxy might read otherwise is refused, and ends all"""
    ok = b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
    for more in (b'Host: localhost\r\nContent-Length: 2\r\n'
                 b'Content-Length: 30\r\n',
                 b'Host: localhost\r\nContent-Length: 0\r\n'
                 b'Content-Length: 9\r\n',
                 b'Host: localhost\r\nContent-Length: 2, 2\r\n',
                 b'Host: localhost\r\nContent-Length: +2\r\n',
                 b'Host: localhost\r\nContent-Length : 9\r\n',
                 b'Host: localhost\r\nContent-Length: 2\r\n'
                 b'Transfer-Encoding: chunked\r\n',
                 b'Host: localhost\r\nTransfer-Encoding: xchunked\r\n',
                 b'Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n',
                 b'Host: localhost\r\nTransfer-Encoding: chunked\r\n'
                 b'Transfer-Encoding: identity\r\n',
                 b'Host: localhost\r\nHost: localhost\r\n',
                 b'Host : localhost\r\n', b''):
        c = connect(PORT)
        c.sendall(b'POST /api/v1/logout HTTP/1.1\r\n' + more +
                  b'\r\n{}' + ok)
        text = read_all(c)
        assert text.startswith(b'HTTP/1.1 400'), (more, text)
        assert b'{"status":"ok"}' not in text, more
    # a stream has no head alone, the page no other methods
    for line in 'HEAD /api/v1/stream', 'HEAD /api/v1/ws', 'TRACE /':
        c = connect(PORT)
        c.sendall(line.encode() + b' HTTP/1.1\r\nHost: localhost\r\n'
                  b'Upgrade: websocket\r\nConnection: upgrade\r\n'
                  b'Sec-WebSocket-Version: 13\r\n'
                  b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
        assert read_head(c)[0] == 405, line


def descriptors():
    """who comes when no descriptor is left is turned away, not left alone"""
    s = Server(by=('prlimit', '--nofile=60'))
    kept = [connect(s.port) for _ in range(100)]
    p = select.poll()
    for c in kept:
        p.register(c, select.POLLIN)
    end = time.time() + 20
    while len(p.poll(100)) < 45 and time.time() < end:
        time.sleep(0.1)
    gone = len(p.poll(0))
    assert 45 <= gone < 90, gone
    for c in kept:
        c.close()
    time.sleep(0.5)
    assert metric(s.port, 'tp_http_turned_away_total') >= gone
    s.end()


def untaken():
    """replies that nobody takes are kept up to a bound; then others get 503
    until they are gone"""
    s = Server()
    e = Events(s.port)
    e.next()
    s.tell(segments=20000)
    while len(get(s.port, '/api/v1/segments')['ids']) < 20000:
        time.sleep(0.1)
    ask = ('GET /api/v1/frames?from=%d&to=%d&step_ms=300000 HTTP/1.1\r\n'
           'Host: localhost\r\n\r\n' % (s.t - 599 * 300000, s.t)).encode()
    kept = []
    status = 200
    while status == 200:
        kept.append(connect(s.port, 30, rcvbuf=4096))
        kept[-1].sendall(ask)
        status = read_head(kept[-1])[0]
        assert len(kept) < 40
    assert status == 503 and len(kept) > 2, (status, len(kept))
    assert rss(s.p.pid) < 1 << 30, rss(s.p.pid)
    for c in kept:
        c.close()
    time.sleep(0.5)
    assert get(s.port, '/api/v1/hotspots')
    s.end()


POST = (b'POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\n'
        b'Content-Type: application/json\r\n')


def rss(pid):
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1)) << 10


def gigabyte():
    """a body of 1 GB in chunks is cut off soon, and is kept nowhere"""
    s = Server()
    before = rss(s.p.pid)
    c = connect(s.port)
    c.sendall(POST + b'Transfer-Encoding: chunked\r\n\r\n')
    chunk = b'10000\r\n' + bytes(65536) + b'\r\n'
    sent = 0
    try:
        while sent < 1 << 30:
            c.sendall(chunk)
            sent += 65536
    except OSError:
        pass
    assert sent < 64 << 20, sent
    assert rss(s.p.pid) - before < 16 << 20, (before, rss(s.p.pid))
    # one that is announced is refused before it comes
    c = connect(s.port)
    c.sendall(POST + b'Content-Length: 1073741824\r\n\r\n')
    assert read_head(c)[0] == 413
    s.end()


def halves():
    """a request that ends anywhere ends nothing else"""
    whole = POST + b'Content-Length: 15\r\n\r\n{"token": "bad"'
    for n in range(1, len(whole)):
        c = connect(PORT)
        c.sendall(whole[:n])
        c.close()
    w = b'\x81\xfe\x01\x00' + b'mask' + b'a' * 256
    for n in range(1, len(w), 7):
        s = WebSocket(PORT, '/ws/real-time')
        s.s.sendall(w[:n])
        s.s.close()
    good = connect(PORT)
    good.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert read_head(good)[0] == 200
    good.close()
    for _ in range(50):
        if metric(PORT, 'tp_http_ws_clients') == 0:
            return
        time.sleep(0.1)
    raise AssertionError('WebSockets of nobody are left')


def half_body():
    """a body that stops half-way is cut after its time"""
    c = connect(PORT, timeout=50)
    c.sendall(POST + b'Content-Length: 100\r\n\r\n{"token":')
    start = time.time()
    try:
        while c.recv(4096):
            pass
    except ConnectionResetError:
        pass
    assert time.time() - start > 25, 'cut too early'


def get(port, path):
    c = connect(port)
    c.sendall(('GET %s HTTP/1.1\r\nHost: localhost\r\n'
               'Connection: close\r\n\r\n' % path).encode())
    assert read_head(c)[0] == 200, path
    return json.loads(read_all(c))


def unplaced():
    """a segment without coordinates is there, and nowhere on the map; a
    record that is nested too deep is counted"""
    s = Server('--compat', 'la,hanoi,nyc')
    e = Events(s.port)
    e.next()
    s.tell()
    e.next()
    j = get(s.port, '/api/v1/segments')
    assert j['ids'] == ['s0'] and j['lat'] == j['lon'] == [None], j
    assert get(s.port, '/api/v1/live')['at'] == [s.t]
    assert get(s.port, '/api/v1/hotspots')['hotspots'][0]['index'] == 0
    assert get(s.port, '/traffic/current')[0]['road_id'] == 's0'
    assert get(s.port, '/api/current-traffic')['cells'][0]['latitude'] is None
    assert get(s.port, '/api/traffic') == []
    deep = '{"segment_id":"s1","timestamp":%d,"speed_kmh":1,"x":' % s.t
    s.p.stdin.write((deep + '[' * 100 + ']' * 100 + '}\n').encode())
    s.tell()
    e.next()
    assert get(s.port, '/api/v1/segments')['ids'] == ['s0']
    s.end()


def too_long(number, frame):
    raise TimeoutError


signal.signal(signal.SIGALRM, too_long)
signal.alarm(60)
globals()[sys.argv[2]]()
