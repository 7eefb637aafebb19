"""Helps tests/kafka/avro.sh; needs fastavro from PyPI, but for `serve`.

    avro.py serve DIR       a schema registry: answers as Confluent's API from
                            DIR/ID.avsc; DIR/SUBJECT holds the id of its last
                            version.  Prints its port, logs to DIR/log.
                            DIR/mood: 500, html, gone (a proxy's own 404),
                            login, moved or slow: it answers so instead
    avro.py write SCHEMA ID LINES DIR
                            each JSON line as a message in a file DIR/N
    avro.py read SCHEMA ID  messages from stdin, four bytes of length before
                            each, as JSON lines
    avro.py same A B        two files of lines hold the same records, in any
                            order; numbers but for what a float loses
    avro.py hurt SCHEMA ID LINE DIR
                            bad messages made of a good one, and its names
"""
import http.server
import io
import json
import os
import struct
import sys
import time


class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mood = ""
        if os.path.exists(os.path.join(folder, "mood")):
            with open(os.path.join(folder, "mood")) as f:
                mood = f.read().strip()
        if mood == "500":
            return self.answer(500, {"error_code": 50001})
        if mood in ("html", "gone"):
            return self.send(200 if mood == "html" else 404, "text/html",
                             b"<html>Maintenance</html>\n")
        if mood == "login":
            return self.answer(401, {"error_code": 401})
        if mood == "moved" and not self.path.startswith("/new/"):
            return self.send(301, "text/html", b"", "/new" + self.path)
        if mood == "slow":
            time.sleep(3)
        self.path = self.path.replace("/new/", "/", 1)
        part = self.path.strip("/").split("/")
        try:
            if part[:2] == ["schemas", "ids"]:
                with open(os.path.join(folder, part[2] + ".avsc")) as f:
                    self.answer(200, {"schema": f.read()})
            elif part[0] == "subjects" and part[2:] == ["versions", "latest"]:
                with open(os.path.join(folder, part[1])) as f:
                    number = int(f.read())
                with open(os.path.join(folder, "%d.avsc" % number)) as f:
                    self.answer(200, {"subject": part[1], "version": 1,
                                      "id": number, "schema": f.read()})
            else:
                self.answer(404, {"error_code": 404})
        except FileNotFoundError:
            self.answer(404, {"error_code": 40403,
                              "message": "Schema not found"})

    def answer(self, status, body):
        self.send(status, "application/vnd.schemaregistry.v1+json",
                  json.dumps(body).encode())

    def send(self, status, kind, text, location=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, form, *args):
        with open(os.path.join(folder, "log"), "a") as f:
            f.write(form % args + "\n")


def load(path):
    import fastavro
    with open(path) as f:
        return fastavro.parse_schema(json.load(f))


def message(schema, number, record):
    import fastavro
    out = io.BytesIO(b"\0" + struct.pack(">I", number))
    out.seek(5)
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()


def read(schema, number):
    import fastavro
    data = sys.stdin.buffer.read()
    while data:
        n = struct.unpack(">i", data[:4])[0]
        m, data = data[4:4 + n], data[4 + n:]
        if m[:5] != b"\0" + struct.pack(">I", number):
            sys.exit("head %r" % m[:5])
        rest = io.BytesIO(m[5:])
        record = fastavro.schemaless_reader(rest, schema)
        if rest.read():
            sys.exit("more than a record")
        print(json.dumps(record))


def hurt(schema, number, record, folder):
    good = message(schema, number, record)
    bad = {
        "schema-id": b"\0" + struct.pack(">I", 99) + good[5:],
        "magic": b"\1" + good[1:],
        "short": good[:4],
        "cut": good[:-3],
        "longer": good + b"\0",
        # the text's length: a varint without end
        "varint": good[:5] + b"\xff" * 11,
        # the union of speed: branch 7; it follows id, segment and time
        "branch": None,
    }
    head = message(schema, number, dict(record, speed=None))
    for i, (a, b) in enumerate(zip(good[5:], head[5:])):
        if a != b:
            bad["branch"] = good[:5 + i] + b"\x0e" + good[6 + i:]
            break
    for name, m in bad.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(m)
        print(name)


def equal(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-7 * abs(a)
    return a == b


def same(a, b):
    def lines(path):
        with open(path) as f:
            records = [json.loads(line) for line in f]
        return sorted(({k: v for k, v in r.items() if v is not None}
                       for r in records), key=lambda r: r["event_id"])
    a, b = lines(a), lines(b)
    if len(a) != len(b) or not a:
        sys.exit("%d and %d lines" % (len(a), len(b)))
    for x, y in zip(a, b):
        if not equal(x, y):
            sys.exit("%s\n%s" % (json.dumps(x), json.dumps(y)))


if __name__ == "__main__":
    if sys.argv[1] == "same":
        same(sys.argv[2], sys.argv[3])
        sys.exit()
    if sys.argv[1] == "serve":
        folder = sys.argv[2]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
        print(server.server_address[1], flush=True)
        server.serve_forever()
    parsed = load(sys.argv[2])
    if sys.argv[1] == "read":
        read(parsed, int(sys.argv[3]))
    elif sys.argv[1] == "hurt":
        hurt(parsed, int(sys.argv[3]), json.loads(sys.argv[4]), sys.argv[5])
    else:
        with open(sys.argv[4]) as lines:
            for n, line in enumerate(lines):
                with open("%s/%06d" % (sys.argv[5], n), "wb") as f:
                    f.write(message(parsed, int(sys.argv[3]),
                                    json.loads(line)))
