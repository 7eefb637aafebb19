"""A plain client for the tests: sockets, and WebSockets by hand."""
import base64
import hashlib
import os
import socket
import struct

GUID = b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11'


def connect(port, timeout=10, rcvbuf=0):
    s = socket.socket()
    if rcvbuf:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
    s.settimeout(timeout)
    s.connect(('127.0.0.1', port))
    return s


def read_head(s):
    data = b''
    while b'\r\n\r\n' not in data:
        part = s.recv(1)
        if not part:
            break
        data += part
    lines = data.decode('latin-1').split('\r\n')
    head = {}
    for line in lines[1:]:
        if ':' in line:
            name, value = line.split(':', 1)
            head[name.lower()] = value.strip()
    parts = lines[0].split(' ')
    return int(parts[1]) if len(parts) > 1 else 0, head


def read_exact(s, n):
    data = b''
    while len(data) < n:
        part = s.recv(n - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def read_all(s):
    """to the end"""
    data = b''
    while True:
        part = s.recv(65536)
        if not part:
            return data
        data += part


class WebSocket:
    def __init__(self, port, path, headers=(), version='13',
                 rcvbuf=0):
        key = base64.b64encode(os.urandom(16))
        self.s = connect(port, rcvbuf=rcvbuf)
        lines = ['GET %s HTTP/1.1' % path, 'Host: localhost',
                 'Upgrade: websocket', 'Connection: keep-alive, Upgrade',
                 'Sec-WebSocket-Key: ' + key.decode(),
                 'Sec-WebSocket-Version: ' + version] + list(headers)
        self.s.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        self.status, self.head = read_head(self.s)
        want = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        self.good = (self.status == 101 and
                     self.head.get('sec-websocket-accept') == want)

    def raw(self, first, payload, mask=True, length=None):
        n = len(payload) if length is None else length
        bit = 0x80 if mask else 0
        if n < 126:
            head = struct.pack('!BB', first, bit | n)
        elif n < 65536:
            head = struct.pack('!BBH', first, bit | 126, n)
        else:
            head = struct.pack('!BBQ', first, bit | 127, n)
        if mask:
            m = os.urandom(4)
            payload = m + bytes(b ^ m[i & 3] for i, b in enumerate(payload))
        self.s.sendall(head + payload)

    def send(self, text, opcode=1):
        self.raw(0x80 | opcode, text.encode())

    def recv(self):
        """(opcode, payload); a server neither masks nor splits"""
        b = read_exact(self.s, 2)
        assert b[0] & 0x70 == 0 and b[0] & 0x80 and not b[1] & 0x80
        n = b[1]
        if n == 126:
            n = struct.unpack('!H', read_exact(self.s, 2))[0]
        elif n == 127:
            n = struct.unpack('!Q', read_exact(self.s, 8))[0]
        return b[0] & 15, read_exact(self.s, n)

    def closed(self):
        """the code of the close frame that comes next, 0 for none"""
        try:
            while True:
                opcode, p = self.recv()
                if opcode == 8:
                    return struct.unpack('!H', p[:2])[0]
        except (EOFError, OSError):
            return 0
