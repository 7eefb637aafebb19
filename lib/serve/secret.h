/* Digests, encodings and random numbers for what is kept secret.  All are
 * pure but the last. */
#ifndef TP_SERVE_SECRET_H
#define TP_SERVE_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define TP_SHA256	32
#define TP_SHA1		20

/* Digests of p[0..n); FIPS 180-4, RFC 2104. */
void tp_sha256(uint8_t *digest, const void *p, size_t n);
void tp_sha1(uint8_t *digest, const void *p, size_t n);
void tp_hmac_sha256(uint8_t *digest, const void *key, size_t nkey,
    const void *p, size_t n);
/* Compares in a time that depends on n alone. */
bool tp_secret_same(const void *a, const void *b, size_t n);
/* Reads 2 * n hex digits, of either case; -1 where they are not. */
int tp_hex_decode(uint8_t *to, size_t n, const char *s);
/* Appends 2 * n hex digits; and base64 with its padding. */
void tp_hex_encode(struct tp_buf *out, const uint8_t *p, size_t n);
void tp_base64_encode(struct tp_buf *out, const uint8_t *p, size_t n);
/* Appends base64url without padding. */
void tp_base64url_encode(struct tp_buf *out, const void *p, size_t n);
/*
 * Appends base64url (RFC 4648, section 5) without padding, decoded; -1 where
 * a character, the length or the bits left over are wrong.
 */
int tp_base64url_decode(struct tp_buf *out, const char *s, size_t n);
/* n bytes that nobody can guess. */
void tp_secret_random(uint8_t *to, size_t n);

#endif
