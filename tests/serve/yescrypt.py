"""Writes the yescrypt hash of a password, by libcrypt."""
import ctypes
import sys

lib = ctypes.CDLL('libcrypt.so.1')
lib.crypt.restype = ctypes.c_char_p
lib.crypt_gensalt.restype = ctypes.c_char_p
salt = lib.crypt_gensalt(b'$y$', 1, b'0123456789abcdef', 16)
print(lib.crypt(sys.argv[1].encode(), salt).decode())
