#include "serve/jwt.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "json/json.h"
#include "serve/secret.h"

#define SECRET_MIN	32	/* bytes: that of the digest, RFC 7518, 3.2 */

static int
read_public(struct tp_jwt_key *k, const char *p, size_t n, const char *path,
    struct tp_err *e)
{
	gnutls_datum_t	pem = {
		.data = (unsigned char *)(uintptr_t)p, .size = (unsigned)n,
	};
	gnutls_pubkey_t	pub;

	if (gnutls_pubkey_init(&pub) != 0)
		tp_die("out of memory");
	if (gnutls_pubkey_import(pub, &pem, GNUTLS_X509_FMT_PEM) != 0 ||
	    gnutls_pubkey_get_pk_algorithm(pub, NULL) !=
	    GNUTLS_PK_EDDSA_ED25519) {
		gnutls_pubkey_deinit(pub);
		return tp_err_set(e, TP_EXIT_USAGE, "%s: no public key of "
		    "Ed25519", path);
	}
	k->eddsa = true;
	k->pub = pub;
	return 0;
}

int
tp_jwt_key_read(struct tp_jwt_key *k, const char *p, size_t n,
    const char *path, struct tp_err *e)
{
	static const char	begin[] = "-----BEGIN ";

	if (n >= strlen(begin) && memcmp(p, begin, strlen(begin)) == 0)
		return read_public(k, p, n, path, e);
	if (n > 0 && p[n - 1] == '\n')
		n--;
	if (n < SECRET_MIN)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: a secret of HS256 "
		    "has at least %d bytes", path, SECRET_MIN);
	tp_buf_add(&k->secret, p, n);
	return 0;
}

void
tp_jwt_key_release(struct tp_jwt_key *k)
{
	if (k->pub != NULL)
		gnutls_pubkey_deinit(k->pub);
	tp_buf_release(&k->secret);
	*k = (struct tp_jwt_key){ 0 };
}

static bool
signature_good(const struct tp_jwt_key *k, const char *text, size_t n,
    const struct tp_buf *sig)
{
	gnutls_datum_t	data = {
		.data = (unsigned char *)(uintptr_t)text, .size = (unsigned)n,
	};
	gnutls_datum_t	s = {
		.data = (unsigned char *)sig->p, .size = (unsigned)sig->n,
	};
	uint8_t		mac[TP_SHA256];

	if (k->eddsa)
		return sig->n == 64 && gnutls_pubkey_verify_data2(k->pub,
		    GNUTLS_SIGN_EDDSA_ED25519, 0, &data, &s) >= 0;
	tp_hmac_sha256(mac, k->secret.p, k->secret.n, text, n);
	return sig->n == TP_SHA256 && tp_secret_same(mac, sig->p, TP_SHA256);
}

static bool
is_text(const struct tp_json_val *v, const char *text)
{
	return v->type == TP_JSON_STR && !v->esc && v->n == strlen(text) &&
	    memcmp(v->p, text, v->n) == 0;
}

/* A part, decoded and scanned as an object whose text is in b. */
static int
part(struct tp_json_obj *o, struct tp_buf *b, const char *s, size_t n)
{
	if (tp_base64url_decode(b, s, n) == -1)
		return -1;
	tp_http_one_line(b->p, b->n);
	memset(tp_buf_room(b, TP_JSON_PAD), 0, TP_JSON_PAD);
	return tp_json_object(o, b->p, b->n);
}

/* Seconds since 1970, whole or not; -1 where the claim is none. */
static int
seconds(const struct tp_json_obj *o, const char *name, bool must, double *t)
{
	const struct tp_json_field	*f = tp_json_find(o, name);

	if (f == NULL)
		return must ? -1 : 0;
	return tp_json_num(&f->v, t);
}

static bool
audience_good(const struct tp_json_obj *o, const char *audience)
{
	const struct tp_json_field	*f = tp_json_find(o, "aud");
	struct tp_json_obj		 list = { 0 };
	bool				 found = false;
	size_t				 i;

	if (audience == NULL)
		return true;
	if (f == NULL)
		return false;
	if (f->v.type != TP_JSON_ARR)
		return is_text(&f->v, audience);
	if (tp_json_array(&list, f->v.p, f->v.n) == 0)
		for (i = 0; i < list.n; i++)
			found |= is_text(&list.f[i].v, audience);
	tp_json_obj_release(&list);
	return found;
}

/* Who it is for, and what. */
static const char *
check_names(const struct tp_json_obj *o, enum tp_jwt_use use,
    struct tp_jwt *out)
{
	const struct tp_json_field	*f = tp_json_find(o, "type");

	if (f == NULL ? use != TP_JWT_ACCESS : !is_text(&f->v,
	    use == TP_JWT_ACCESS ? "access" : "refresh"))
		return use == TP_JWT_ACCESS ? "it is no access token" :
		    "it is no refresh token";
	f = tp_json_find(o, "role");
	if (f != NULL && f->v.type == TP_JSON_STR)
		out->role = tp_role_find(f->v.p, f->v.n);
	if (use == TP_JWT_ACCESS && out->role == TP_ROLE_NONE)
		return "it has no role";
	f = tp_json_find(o, "sub");
	if (f == NULL || f->v.type != TP_JSON_STR || f->v.esc ||
	    f->v.n == 0 || f->v.n >= sizeof(out->name))
		return "it has no subject";
	memcpy(out->name, f->v.p, f->v.n);
	out->name[f->v.n] = '\0';
	f = tp_json_find(o, "iss");
	out->ours = f != NULL && is_text(&f->v, TP_JWT_ISSUER);
	return NULL;
}

static const char *
check_claims(const struct tp_json_obj *o, const char *audience,
    enum tp_jwt_use use, int64_t now_s, struct tp_jwt *out)
{
	double				 exp = 0, nbf = 0, iat = 0;
	double				 now = (double)now_s;

	if (seconds(o, "exp", true, &exp) == -1 ||
	    seconds(o, "nbf", false, &nbf) == -1 ||
	    seconds(o, "iat", false, &iat) == -1)
		return "a time is missing or no number";
	if (exp <= now - TP_JWT_LEEWAY)
		return "it has expired";
	if (nbf > now + TP_JWT_LEEWAY || iat > now + TP_JWT_LEEWAY)
		return "it is of the future";
	if (!audience_good(o, audience))
		return "it is for another audience";
	out->exp_s = exp < 1e15 ? (int64_t)exp : (int64_t)1e15;
	return check_names(o, use, out);
}

const char *
tp_jwt_check(const struct tp_jwt_key *k, const char *audience,
    enum tp_jwt_use use, const char *token, size_t n, int64_t now_s,
    struct tp_jwt *out)
{
	const char			*dot = memchr(token, '.', n), *last;
	const struct tp_json_field	*alg;
	struct tp_json_obj		 head = { 0 }, claims = { 0 };
	struct tp_buf			 b[3] = { { 0 } };
	const char			*why = "it is no token";

	*out = (struct tp_jwt){ 0 };
	last = dot == NULL ? NULL :
	    memchr(dot + 1, '.', n - (size_t)(dot + 1 - token));
	if (n > TP_JWT_MAX || last == NULL)
		return why;
	if (part(&head, &b[0], token, (size_t)(dot - token)) == 0 &&
	    tp_base64url_decode(&b[2], last + 1,
	    n - (size_t)(last + 1 - token)) == 0) {
		alg = tp_json_find(&head, "alg");
		if (alg == NULL ||
		    !is_text(&alg->v, k->eddsa ? "EdDSA" : "HS256") ||
		    tp_json_find(&head, "crit") != NULL)
			why = "its algorithm is not taken";
		else if (!signature_good(k, token, (size_t)(last - token),
		    &b[2]))
			why = "its signature is wrong";
		else if (part(&claims, &b[1], dot + 1,
		    (size_t)(last - dot - 1)) == 0)
			why = check_claims(&claims, audience, use, now_s,
			    out);
	}
	tp_json_obj_release(&head);
	tp_json_obj_release(&claims);
	tp_buf_release(&b[0]);
	tp_buf_release(&b[1]);
	tp_buf_release(&b[2]);
	return why;
}

void
tp_jwt_key_random(struct tp_jwt_key *k)
{
	*k = (struct tp_jwt_key){ 0 };
	tp_secret_random((uint8_t *)tp_buf_room(&k->secret, SECRET_MIN),
	    SECRET_MIN);
	k->secret.n = SECRET_MIN;
}

void
tp_jwt_sign(const struct tp_jwt_key *k, const char *claims, size_t n,
    struct tp_buf *out)
{
	static const char	head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	uint8_t			mac[TP_SHA256];
	size_t			start = out->n;

	tp_base64url_encode(out, head, strlen(head));
	tp_buf_char(out, '.');
	tp_base64url_encode(out, claims, n);
	tp_hmac_sha256(mac, k->secret.p, k->secret.n, out->p + start,
	    out->n - start);
	tp_buf_char(out, '.');
	tp_base64url_encode(out, mac, sizeof(mac));
}
