#include "serve/secret.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

static void
digest(gnutls_digest_algorithm_t kind, uint8_t *to, const void *p, size_t n)
{
	if (gnutls_hash_fast(kind, p, n, to) != 0)
		tp_die("a digest is not to be had");
}

void
tp_sha256(uint8_t *to, const void *p, size_t n)
{
	digest(GNUTLS_DIG_SHA256, to, p, n);
}

void
tp_sha1(uint8_t *to, const void *p, size_t n)
{
	digest(GNUTLS_DIG_SHA1, to, p, n);
}

void
tp_hmac_sha256(uint8_t *to, const void *key, size_t nkey, const void *p,
    size_t n)
{
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, key, nkey, p, n, to) != 0)
		tp_die("a digest is not to be had");
}

bool
tp_secret_same(const void *a, const void *b, size_t n)
{
	return gnutls_memcmp(a, b, n) == 0;
}

int
tp_hex_decode(uint8_t *to, size_t n, const char *s)
{
	size_t	i;

	for (i = 0; i < n; i++, s += 2) {
		if (tp_hex_digit(s[0]) < 0 || tp_hex_digit(s[1]) < 0)
			return -1;
		to[i] = (uint8_t)(tp_hex_digit(s[0]) << 4 | tp_hex_digit(s[1]));
	}
	return 0;
}

void
tp_hex_encode(struct tp_buf *out, const uint8_t *p, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		tp_buf_printf(out, "%02x", p[i]);
}

void
tp_base64_encode(struct tp_buf *out, const uint8_t *p, size_t n)
{
	static const char	letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t		v;
	size_t			i, k, left;

	for (i = 0; i < n; i += 3) {
		left = n - i < 3 ? n - i : 3;
		for (v = 0, k = 0; k < 3; k++)
			v = v << 8 | (k < left ? p[i + k] : 0);
		for (k = 0; k < 4; k++)
			tp_buf_char(out, k <= left ?
			    letters[v >> (18 - 6 * k) & 63] : '=');
	}
}

void
tp_base64url_encode(struct tp_buf *out, const void *p, size_t n)
{
	size_t	i = out->n;

	tp_base64_encode(out, p, n);
	while (out->n > i && out->p[out->n - 1] == '=')
		out->n--;
	for (; i < out->n; i++)
		if (out->p[i] == '+')
			out->p[i] = '-';
		else if (out->p[i] == '/')
			out->p[i] = '_';
}

static int
base64url(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

int
tp_base64url_decode(struct tp_buf *out, const char *s, size_t n)
{
	uint32_t	v = 0;
	int		bits = 0, c;
	size_t		i;

	if (n % 4 == 1)
		return -1;
	for (i = 0; i < n; i++) {
		if ((c = base64url(s[i])) < 0)
			return -1;
		v = v << 6 | (uint32_t)c;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			tp_buf_char(out, (char)(v >> bits & 255));
		}
	}
	return (v & ((1u << bits) - 1)) == 0 ? 0 : -1;
}

void
tp_secret_random(uint8_t *to, size_t n)
{
	if (gnutls_rnd(GNUTLS_RND_KEY, to, n) != 0)
		tp_die("no random numbers are to be had");
}
