/*
 * The parts of the server that are pure: against the examples of the RFCs,
 * and against plain computation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "serve/bucket.h"
#include "serve/grants.h"
#include "serve/hub.h"
#include "serve/jwt.h"
#include "serve/keys.h"
#include "serve/session.h"
#include "serve/urltext.h"
#include "serve/wsframe.h"

/* RFC 6455, section 1.3: the answer to a key. */
static void
test_accept_key(void **state)
{
	static const char	text[] = "dGhlIHNhbXBsZSBub25jZQ=="
	    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t			digest[TP_SHA1];
	struct tp_buf		b = { 0 };

	(void)state;
	tp_sha1(digest, text, strlen(text));
	tp_base64_encode(&b, digest, sizeof(digest));
	assert_string_equal(tp_buf_cstr(&b), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	tp_buf_release(&b);
}

/* RFC 6455, section 5.7: a masked "Hello"; then what must be refused. */
static void
test_frames(void **state)
{
	uint8_t	hello[] = { 0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f,
		    0x4d, 0x51, 0x58 };
	uint8_t	unmasked[] = { 0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f };
	uint8_t	part[] = { 0x01, 0x83, 0, 0, 0, 0, 0x48, 0x65, 0x6c };
	uint8_t	huge[] = { 0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0 };
	struct tp_ws_frame	f;
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(hello); i++)
		assert_int_equal(tp_ws_parse(&f, hello, i), 0);
	assert_int_equal(tp_ws_parse(&f, hello, sizeof(hello)), 11);
	assert_int_equal(f.opcode, TP_WS_TEXT);
	assert_int_equal(f.n, 5);
	assert_memory_equal(f.p, "Hello", 5);
	assert_int_equal(tp_ws_parse(&f, unmasked, sizeof(unmasked)),
	    -TP_WS_PROTOCOL);
	assert_int_equal(tp_ws_parse(&f, part, sizeof(part)),
	    -TP_WS_PROTOCOL);
	assert_int_equal(tp_ws_parse(&f, huge, sizeof(huge)),
	    -TP_WS_TOO_LONG);
}

/* RFC 6455, section 5.7: heads of 256 bytes and of 64 kB, not masked. */
static void
test_heads(void **state)
{
	struct tp_buf	b = { 0 };

	(void)state;
	tp_ws_head(&b, TP_WS_BINARY, 5);
	tp_ws_head(&b, TP_WS_BINARY, 256);
	tp_ws_head(&b, TP_WS_BINARY, 65536);
	assert_int_equal(b.n, 2 + 4 + 10);
	assert_memory_equal(b.p, "\x82\x05\x82\x7e\x01\x00"
	    "\x82\x7f\0\0\0\0\0\1\0\0", 16);
	tp_buf_release(&b);
}

/*
 * RFC 7515, appendix A.1: a token by HS256 with a key of 64 bytes.  Its
 * signature is right, and it expired in 2011.
 */
static void
test_hs256(void **state)
{
	static const char	key64[] = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-"
	    "EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
	char			token[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1"
	    "NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly"
	    "9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU"
	    "1p1r_wW1gFWFOEjXk";
	struct tp_jwt_key	key = { 0 };
	struct tp_buf		raw = { 0 };
	struct tp_err		e = { 0 };
	struct tp_jwt		out;

	(void)state;
	assert_int_equal(tp_base64url_decode(&raw, key64, strlen(key64)), 0);
	assert_int_equal(raw.n, 64);
	assert_int_equal(tp_jwt_key_read(&key, raw.p, raw.n, "key", &e), 0);
	assert_string_equal(tp_jwt_check(&key, NULL, TP_JWT_ACCESS, token,
	    strlen(token), 1700000000, &out), "it has expired");
	assert_string_equal(tp_jwt_check(&key, NULL, TP_JWT_ACCESS, token,
	    strlen(token), 1300819000, &out), "it has no role");
	token[60] ^= 1;
	assert_string_equal(tp_jwt_check(&key, NULL, TP_JWT_ACCESS, token,
	    strlen(token), 1300819000, &out), "its signature is wrong");
	tp_jwt_key_release(&key);
	tp_buf_release(&raw);
}

/*
 * RFC 8037, appendix A.4: a signature by Ed25519 of a text that is no claims;
 * the key of A.2 as PEM (RFC 8410, section 10.1, has the same form).
 */
static void
test_eddsa(void **state)
{
	static const char	pem[] = "-----BEGIN PUBLIC KEY-----\n"
	    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
	    "-----END PUBLIC KEY-----\n";
	char			token[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBF"
	    "ZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6"
	    "dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
	struct tp_jwt_key	key = { 0 };
	struct tp_err		e = { 0 };
	struct tp_jwt		out;

	(void)state;
	assert_int_equal(tp_jwt_key_read(&key, pem, strlen(pem), "key", &e),
	    0);
	assert_true(key.eddsa);
	assert_string_equal(tp_jwt_check(&key, NULL, TP_JWT_ACCESS, token,
	    strlen(token), 0, &out), "it is no token");
	token[30] ^= 1;
	assert_string_equal(tp_jwt_check(&key, NULL, TP_JWT_ACCESS, token,
	    strlen(token), 0, &out), "its signature is wrong");
	tp_jwt_key_release(&key);
}

/* RFC 4648, section 10, as base64url. */
static void
test_base64url(void **state)
{
	static const char *const	bad[] = { "Z", "Zm9vY", "Zh", "Zm9=",
		"Zm 9", "Zm+v" };
	struct tp_buf			b = { 0 };
	size_t				i;

	(void)state;
	assert_int_equal(tp_base64url_decode(&b, "Zm9vYmE", 7), 0);
	assert_int_equal(b.n, 5);
	assert_memory_equal(b.p, "fooba", 5);
	/* "Zh" has bits left over that are not zero */
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(tp_base64url_decode(&b, bad[i],
		    strlen(bad[i])), -1);
	tp_buf_release(&b);
}

/* A bucket of 60 a minute is one a second. */
static void
test_buckets(void **state)
{
	struct tp_buckets	*b = tp_calloc(1, sizeof(*b));
	int64_t			 left, wait;
	uint64_t		 k;
	int			 i;

	(void)state;
	for (i = 0; i < 60; i++) {
		assert_true(tp_bucket_take(b, 7, 60, 1000, &left, &wait));
		assert_int_equal(left, 59 - i);
	}
	assert_false(tp_bucket_take(b, 7, 60, 1000, &left, &wait));
	assert_in_range(wait, 999, 1001);
	assert_false(tp_bucket_take(b, 7, 60, 1900, &left, &wait));
	assert_true(tp_bucket_take(b, 7, 60, 2100, &left, &wait));
	assert_false(tp_bucket_take(b, 7, 60, 2100, &left, &wait));
	/* others do not help it to be forgotten */
	for (k = 1; k < 100; k++)
		tp_bucket_take(b, 7 + k * TP_BUCKET_SETS, 60, 2100, &left,
		    &wait);
	assert_false(tp_bucket_take(b, 7, 60, 2100, &left, &wait));
	/* a minute later it is full again */
	assert_true(tp_bucket_take(b, 7, 60, 62200, &left, &wait));
	assert_int_equal(left, 59);
	free(b);
}

static void
test_sessions(void **state)
{
	struct tp_sessions	*s = tp_calloc(1, sizeof(*s));
	char			 a[TP_SESSION_TEXT + 1], t[sizeof(a)];
	struct tp_keys		 keys = { .has_jwt = false };

	(void)state;
	tp_session_open(s, TP_ROLE_USER, "ann", false, 1000, a);
	tp_session_open(s, TP_ROLE_USER, "ann", true, 1000, t);
	assert_string_not_equal(a, t);
	assert_string_equal(tp_session_find(s, a, strlen(a), false, 2000)->
	    name, "ann");
	assert_null(tp_session_find(s, a, strlen(a), true, 2000));
	assert_null(tp_session_find(s, t, strlen(t), false, 2000));
	assert_non_null(tp_session_find(s, t, strlen(t), true, 2000));
	assert_null(tp_session_find(s, t, strlen(t), true, 2000));
	assert_null(tp_session_find(s, a, strlen(a), false,
	    1000 + TP_SESSION_MS));
	assert_null(tp_session_find(s, a, 10, false, 2000));
	/* nobody of that name is left */
	tp_session_prune(s, &keys);
	assert_null(tp_session_find(s, a, strlen(a), false, 2000));
	free(s);
}

/* Every message is seen once and in order, or counted as lost. */
static void
test_ring(void **state)
{
	struct tp_hub		h;
	struct tp_hub_place	p, late;
	char			out[256];
	uint64_t		want;
	size_t			n;
	int			i;

	(void)state;
	tp_hub_init(&h);
	tp_hub_join(&h, &p, TP_CHANNEL_V1);
	for (i = 0; i < TP_HUB_RING + 44; i++)
		tp_hub_send(&h, TP_CHANNEL_V1, "tick", "{\"a\":1}", 7);
	/* first it hears how many it lost */
	assert_true(tp_hub_take(&h, &p));
	n = tp_hub_copy(&p, TP_HUB_CHUNK, out, sizeof(out) - 1);
	out[n] = '\0';
	assert_string_equal(out, "23\r\nid: 44\nevent: lost\n"
	    "data: {\"n\":44}\n\n\r\n");
	for (want = 45; tp_hub_take(&h, &p); want++) {
		assert_int_equal(p.held->seq, want);
		n = tp_hub_copy(&p, TP_HUB_SSE, out, sizeof(out));
		out[n] = '\0';
		assert_non_null(strstr(out, "\nevent: tick\ndata: {\"a\":1}"
		    "\n\n"));
	}
	assert_int_equal(want, TP_HUB_RING + 45);
	assert_int_equal(h.lost, 44);
	tp_hub_beat(&h, &p);
	n = tp_hub_copy(&p, TP_HUB_CHUNK, out, sizeof(out) - 1);
	out[n] = '\0';
	assert_string_equal(out, "3\r\n:\n\n\r\n");
	tp_hub_join(&h, &late, TP_CHANNEL_V1);
	assert_false(tp_hub_resume(&h, &late, 43));
	assert_false(tp_hub_resume(&h, &late, TP_HUB_RING + 45));
	assert_true(tp_hub_resume(&h, &late, 44));
	assert_true(tp_hub_take(&h, &late));
	assert_int_equal(late.held->seq, 45);
	/* the message is held although the ring loses it, and a WebSocket
	 * of one byte at a time gets it whole */
	for (i = 0; i < TP_HUB_RING; i++)
		tp_hub_send(&h, TP_CHANNEL_V1, "tick", "{\"b\":2}", 7);
	for (n = 0; late.held != NULL; n++)
		assert_int_equal(tp_hub_copy(&late, TP_HUB_WS, out + n, 1),
		    1);
	assert_int_equal(out[1], (char)(n - 2));
	assert_memory_equal(out + 2, "{\"type\":\"tick\",\"a\":1}", n - 2);
	tp_hub_leave(&h, &p);
	tp_hub_leave(&h, &late);
	tp_hub_release(&h);
}

static void
test_texts(void **state)
{
	const char	*at[2];
	size_t		 len[2], n;

	(void)state;
	assert_true(tp_url_match("/a/{x}/b", "/a/q/b", at, len, 2));
	assert_int_equal(len[0], 1);
	assert_false(tp_url_match("/a/{x}/b", "/a//b", at, len, 2));
	assert_false(tp_url_match("/a/{x}/b", "/a/q/r/b", at, len, 2));
	assert_false(tp_url_match("/a/{x}", "/a/q/", at, len, 2));
	assert_true(tp_list_accepts("deflate, GZIP;q=0.5", "gzip"));
	assert_false(tp_list_accepts("gzip;q=0", "gzip"));
	assert_false(tp_list_accepts("gzip;q=0.000", "gzip"));
	assert_false(tp_list_accepts("xgzip, gzipx", "gzip"));
	assert_true(tp_list_has_etag("\"a\", W/\"b\"", "\"b\""));
	assert_true(tp_list_has_etag("*", "\"b\""));
	assert_false(tp_list_has_etag("\"bb\"", "\"b\""));
	assert_memory_equal(tp_cookie_find("a=1; tp=xy;b=2", "tp", &n), "xy",
	    2);
	assert_int_equal(n, 2);
	assert_null(tp_cookie_find("xtp=1; tpx=2", "tp", &n));
	assert_true(tp_host_is("Example.com:80", "example.com"));
	assert_true(tp_host_is("[::1]:80", "[::1]"));
	assert_false(tp_host_is("example.com:80", "example.com:81"));
	assert_false(tp_host_is("example.com.evil", "example.com"));
	assert_false(tp_host_is("", "example.com"));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_accept_key),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_hs256),
		cmocka_unit_test(test_eddsa),
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
