#include <strings.h>
#include <zlib.h>

#include "base/map.h"
#include "json/json.h"
#include "serve/asset.h"
#include "serve/serverctx.h"
#include "serve/urltext.h"

#define PACK_FROM	1024	/* bytes: shorter bodies go as they are */
#define PACK_LEVEL	4

static const char csp_start[] = "default-src 'none'; script-src 'self'; "
    "style-src 'self'; connect-src 'self'; font-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; img-src 'self' data:";

char *
tp_reply_csp(const char *tiles)
{
	struct tp_buf	 b = { 0 };
	const char	*p = tiles != NULL ? strstr(tiles, "://") : NULL;
	size_t		 n;

	tp_buf_str(&b, csp_start);
	if (p != NULL) {
		n = (size_t)(p - tiles) + 3;
		tp_buf_char(&b, ' ');
		tp_buf_add(&b, tiles, n);
		/* "{s}.host" stands for any subdomain */
		if (tiles[n] == '{') {
			tp_buf_char(&b, '*');
			n += strcspn(tiles + n, "./");
		}
		tp_buf_add(&b, tiles + n, strcspn(tiles + n, "/;, "));
	}
	tp_buf_cstr(&b);
	return b.p;
}

/* The headers that every reply of a server has. */
static void
add_fixed(const struct tp_server *s, struct MHD_Response *r)
{
	MHD_add_response_header(r, "Content-Security-Policy", s->csp);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "X-Frame-Options", "DENY");
	MHD_add_response_header(r, "Referrer-Policy", "no-referrer");
	MHD_add_response_header(r, "Permissions-Policy",
	    "camera=(), geolocation=(), microphone=()");
	MHD_add_response_header(r, "Cross-Origin-Opener-Policy",
	    "same-origin");
	MHD_add_response_header(r, "Cross-Origin-Resource-Policy",
	    "same-origin");
	if (s->keys->tls != NULL)
		MHD_add_response_header(r, "Strict-Transport-Security",
		    "max-age=31536000");
}

static void
add_number(struct MHD_Response *r, const char *name, int64_t v)
{
	char	text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	MHD_add_response_header(r, name, text);
}

/* What is of this reply alone. */
static void
add_own(const struct tp_call *q, struct MHD_Response *r)
{
	int64_t	wait_s = (q->wait_ms + 999) / 1000;

	if (q->limit > 0) {
		add_number(r, "X-RateLimit-Limit", q->limit);
		add_number(r, "X-RateLimit-Remaining", q->left);
		add_number(r, "X-RateLimit-Reset", wait_s);
	}
	if (q->origin != NULL) {
		MHD_add_response_header(r, "Access-Control-Allow-Origin",
		    q->origin);
		MHD_add_response_header(r, "Vary", "Origin");
	}
	if (q->status == 429)
		add_number(r, "Retry-After", wait_s > 0 ? wait_s : 1);
	/* where it ends is not sure, nor where the next would begin */
	if (q->status == 400)
		MHD_add_response_header(r, "Connection", "close");
	if (q->status == 401)
		MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
}

void
tp_reply_headers(const struct tp_call *q, struct MHD_Response *r)
{
	add_fixed(q->s, r);
	add_own(q, r);
}

void
tp_reply_few_headers(const struct tp_call *q, struct MHD_Response *r)
{
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Cross-Origin-Resource-Policy",
	    "same-origin");
	add_own(q, r);
}

/* Appends in packed; a dead end only where memory is. */
static void
pack(struct tp_buf *out, const char *p, size_t n)
{
	z_stream	z = { 0 };
	size_t		room;

	/* 31: the largest window, with gzip's head */
	if (deflateInit2(&z, PACK_LEVEL, Z_DEFLATED, 31, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		tp_die("out of memory");
	room = deflateBound(&z, n);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)tp_buf_room(out, room);
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		tp_die("deflate: %s", z.msg != NULL ? z.msg : "no end");
	out->n += z.total_out;
	deflateEnd(&z);
}

static bool
takes_gzip(const struct tp_call *q)
{
	const char	*list = tp_call_header(q, "Accept-Encoding");

	return list != NULL && tp_list_accepts(list, "gzip");
}

static enum MHD_Result
send_it(struct tp_call *q, unsigned status, struct MHD_Response *r)
{
	tp_conn_enter(q->s, q->conn, TP_CONN_REPLY);
	return MHD_queue_response(q->c, status, r);
}

static enum MHD_Result
send_once(struct tp_call *q, unsigned status, struct MHD_Response *r)
{
	enum MHD_Result	rc;

	tp_reply_headers(q, r);
	rc = send_it(q, status, r);
	MHD_destroy_response(r);
	return rc;
}

/* The bytes of a reply, which are counted until they are out. */
struct held {
	struct tp_server *s;
	struct tp_buf	 b;
};

static void
let_go(void *held)
{
	struct held	*h = held;

	h->s->held -= h->b.n;
	tp_buf_release(&h->b);
	free(h);
}

/* A response that takes the bytes of b, packed or not. */
static struct MHD_Response *
response(struct tp_server *s, struct tp_buf *b, const char *type, bool packed)
{
	struct held		*h = tp_malloc(sizeof(*h));
	struct MHD_Response	*r;

	*h = (struct held){ s, *b };
	s->held += b->n;
	r = MHD_create_response_from_buffer_with_free_callback_cls(b->n, b->p,
	    let_go, h);
	if (r == NULL)
		tp_die("out of memory");
	*b = (struct tp_buf){ 0 };
	MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "Vary", "Accept-Encoding");
	if (packed)
		MHD_add_response_header(r, "Content-Encoding", "gzip");
	return r;
}

enum MHD_Result
tp_reply_body(struct tp_call *q, unsigned status, const char *type,
    struct tp_buf *body)
{
	struct MHD_Response	*r;
	struct tp_buf		 z = { 0 };

	if (body->n >= PACK_FROM && takes_gzip(q)) {
		pack(&z, body->p, body->n);
		tp_buf_release(body);
	}
	r = response(q->s, z.n > 0 ? &z : body, type != NULL ? type :
	    "application/json", z.n > 0);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	return send_once(q, status, r);
}

static const char *
status_title(unsigned status)
{
	static const struct {
		unsigned	 status;
		const char	*title;
	} titles[] = {
		{ 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" },
		{ 426, "Upgrade Required" }, { 429, "Too Many Requests" },
		{ 503, "Service Unavailable" },
	};
	size_t	i;

	for (i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Error";
}

enum MHD_Result
tp_reply_problem(struct tp_call *q, unsigned status, const char *detail)
{
	struct tp_buf	b = { 0 };

	tp_buf_printf(&b, "{\"type\":\"about:blank\",\"title\":\"%s\","
	    "\"status\":%u,\"detail\":", status_title(status), status);
	tp_json_write_str(&b, detail, strlen(detail));
	tp_buf_char(&b, '}');
	return tp_reply_body(q, status, "application/problem+json", &b);
}

static enum MHD_Result
not_modified(struct tp_call *q, const char *etag)
{
	struct MHD_Response	*r;

	r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, "ETag", etag);
	MHD_add_response_header(r, "Vary", "Accept-Encoding");
	return send_once(q, 304, r);
}

static bool
has_it(const struct tp_call *q, const char *etag)
{
	const char	*list = tp_call_header(q, "If-None-Match");

	return list != NULL && tp_list_has_etag(list, etag);
}

static void
shared_clear(struct tp_shared *m)
{
	if (m->plain != NULL)
		MHD_destroy_response(m->plain);
	if (m->packed != NULL)
		MHD_destroy_response(m->packed);
	m->plain = m->packed = NULL;
}

void
tp_reply_release(struct tp_server *s)
{
	size_t	i;

	for (i = 0; i < s->nentries; i++)
		shared_clear(&s->entries[i].shared);
}

static const char *
type_of(const struct tp_call *q)
{
	const char	*type = q->entry->r.type;

	return type != NULL ? type : "application/json";
}

/* Makes the shared body anew; 200, or the status of a problem. */
static int
shared_make(struct tp_call *q, struct tp_shared *m, struct tp_buf *why)
{
	struct tp_board	*board = q->s->conf->board;
	struct tp_buf	 b = { 0 }, z = { 0 };
	int		 status;

	tp_board_lock(board);
	m->version = tp_board_version(board);
	status = q->entry->r.handle(board, &q->req, &b);
	tp_board_unlock(board);
	if (status != 200) {
		*why = b;
		return status;
	}
	shared_clear(m);
	snprintf(m->etag, sizeof(m->etag), "\"%016llx\"",
	    (unsigned long long)tp_hash(b.p, b.n, 0));
	pack(&z, b.p, b.n);
	m->text = b.p;
	m->ntext = b.n;
	m->gzip = z.p;
	m->ngzip = z.n;
	m->plain = response(q->s, &b, type_of(q), false);
	m->packed = response(q->s, &z, type_of(q), true);
	MHD_add_response_header(m->plain, "ETag", m->etag);
	MHD_add_response_header(m->packed, "ETag", m->etag);
	MHD_add_response_header(m->plain, "Cache-Control", "no-cache");
	MHD_add_response_header(m->packed, "Cache-Control", "no-cache");
	add_fixed(q->s, m->plain);
	add_fixed(q->s, m->packed);
	return 200;
}

/* The shared body with headers of this reply's own. */
static enum MHD_Result
shared_copy(struct tp_call *q, const struct tp_shared *m)
{
	bool			 packed = takes_gzip(q);
	struct tp_buf		 b = { 0 };
	struct MHD_Response	*r;

	tp_buf_add(&b, packed ? m->gzip : m->text,
	    packed ? m->ngzip : m->ntext);
	r = response(q->s, &b, type_of(q), packed);
	MHD_add_response_header(r, "ETag", m->etag);
	MHD_add_response_header(r, "Cache-Control", "no-cache");
	return send_once(q, 200, r);
}

enum MHD_Result
tp_reply_shared(struct tp_call *q)
{
	struct tp_shared	*m = &q->entry->shared;
	struct tp_buf		 why = { 0 };
	enum MHD_Result		 rc;
	int			 status;

	if (m->plain == NULL ||
	    m->version != tp_board_version(q->s->conf->board)) {
		status = shared_make(q, m, &why);
		if (status != 200) {
			rc = tp_reply_problem(q, (unsigned)status,
			    tp_buf_cstr(&why));
			tp_buf_release(&why);
			return rc;
		}
	}
	if (has_it(q, m->etag))
		return not_modified(q, m->etag);
	if (q->limit == 0 && q->origin == NULL)
		return send_it(q, 200, takes_gzip(q) ? m->packed : m->plain);
	return shared_copy(q, m);
}

const struct tp_asset *
tp_asset_find(const char *path)
{
	const struct tp_asset	*a = tp_assets;

	while (a->path != NULL && strcmp(a->path, path) != 0)
		a++;
	return a->path == NULL ? NULL : a;
}

bool
tp_reply_asset(struct tp_call *q, const char *path, enum MHD_Result *result)
{
	const struct tp_asset	*a = tp_asset_find(path);
	struct MHD_Response	*r;
	bool			 packed;

	if (a == NULL)
		return false;
	if (has_it(q, a->etag)) {
		*result = not_modified(q, a->etag);
		return true;
	}
	packed = a->npacked < a->nplain && takes_gzip(q);
	r = MHD_create_response_from_buffer(packed ? a->npacked : a->nplain,
	    (void *)(uintptr_t)(packed ? a->packed : a->plain),
	    MHD_RESPMEM_PERSISTENT);
	if (r == NULL)
		return false;
	MHD_add_response_header(r, "Content-Type", a->type);
	MHD_add_response_header(r, "ETag", a->etag);
	MHD_add_response_header(r, "Vary", "Accept-Encoding");
	MHD_add_response_header(r, "Cache-Control", "no-cache");
	if (packed)
		MHD_add_response_header(r, "Content-Encoding", "gzip");
	*result = send_once(q, 200, r);
	return true;
}
