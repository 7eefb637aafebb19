"""Writes standard input to standard output a few bytes at a time, so that its
reader sees short reads that end anywhere, in the middle of characters too."""
import os
import sys

data = sys.stdin.buffer.read()
at = 0
size = 1
while at < len(data):
    at += os.write(1, data[at:at + size])
    size = size * 7 % 31 + 1
    os.sched_yield()
