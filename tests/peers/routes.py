"""Routes by NetworkX or igraph, for tests/bench-route.

    routes.py networkx|igraph EDGES QUERIES THREE NEWS

EDGES: a line an edge, from, to, metres, km/h; QUERIES: from and to a line, the
first THREE of which are asked for three ways too; NEWS: km/h of the edges.
Prints JSON: what each took in ms of CPU, and how many minutes the ways are.
"""
import json
import sys
import time

DEARER = 1.4    # a road of a way that is known, when the next is looked for


class NetworkX:
    def __init__(self, pairs, minutes):
        import networkx
        self.nx = networkx
        self.g = networkx.DiGraph()
        self.g.add_weighted_edges_from(
            (a, b, w) for (a, b), w in zip(pairs, minutes))
        self.pairs = pairs

    def weigh(self, minutes):
        for (a, b), w in zip(self.pairs, minutes):
            self.g[a][b]["weight"] = w

    def way(self, a, b):
        return self.nx.bidirectional_dijkstra(self.g, a, b)

    def three(self, a, b):
        g, changed = self.g, {}
        for _ in range(3):
            _, nodes = self.way(a, b)
            for e in zip(nodes, nodes[1:]):
                changed.setdefault(e, g.edges[e]["weight"])
                g.edges[e]["weight"] *= DEARER
        for e, w in changed.items():
            g.edges[e]["weight"] = w


class Igraph:
    def __init__(self, pairs, minutes):
        import igraph
        names = sorted({v for e in pairs for v in e})
        self.number = {v: i for i, v in enumerate(names)}
        self.g = igraph.Graph(len(names), [
            (self.number[a], self.number[b]) for a, b in pairs],
            directed=True)
        self.weigh(minutes)

    def weigh(self, minutes):
        self.minutes = minutes
        self.g.es["weight"] = minutes

    def edges(self, a, b, weights):
        return self.g.get_shortest_path(
            self.number[a], self.number[b], weights=weights, output="epath")

    def way(self, a, b):
        found = self.edges(a, b, "weight")
        return sum(self.minutes[e] for e in found), found

    def three(self, a, b):
        w = list(self.minutes)
        for _ in range(3):
            for e in self.edges(a, b, w):
                w[e] *= DEARER


def took(call):
    """ms of CPU of a call, and what it gave"""
    before = time.process_time()
    got = call()
    return (time.process_time() - before) * 1000, got


def ask(peer, queries, three):
    one = [took(lambda: peer.way(*q)[0]) for q in queries]
    return {"minutes": [m for _, m in one], "one": [t for t, _ in one],
            "three": [took(lambda: peer.three(*q))[0]
                      for q in queries[:three]]}


def main():
    name, edges, queries, three, news = sys.argv[1:]
    with open(edges) as f:
        rows = [x.split("\t") for x in f if x[0] != "#"]
    with open(queries) as f:
        asked = [x.split() for x in f]
    with open(news) as f:
        now = [float(x) for x in f]
    metres = [float(x[2]) for x in rows]
    peer = {"networkx": NetworkX, "igraph": Igraph}[name](
        [(x[0], x[1]) for x in rows],
        [m / float(x[3]) * 0.06 for m, x in zip(metres, rows)])
    free = ask(peer, asked, int(three))
    weights = [m / v * 0.06 for m, v in zip(metres, now)]
    apply, _ = took(lambda: peer.weigh(weights))
    print(json.dumps({"free": free, "apply": apply,
                      "live": ask(peer, asked, int(three))}))


main()
