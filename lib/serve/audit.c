/* Who did what, or was not let: a JSON line each. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "json/json.h"
#include "serve/serverctx.h"

#define LINES_A_MINUTE	600	/* so that nobody can fill a disk */

int
tp_audit_open(const char *path, struct tp_err *e)
{
	int	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	return fd != -1 ? fd : tp_err_sys(e, "%s", path);
}

static void
add_text(struct tp_buf *b, const char *name, const char *text)
{
	if (text == NULL)
		return;
	tp_buf_printf(b, ",\"%s\":", name);
	tp_json_write_str(b, text, strlen(text));
}

static void
add_address(struct tp_buf *b, const struct tp_call *q)
{
	const union MHD_ConnectionInfo	*info;
	struct tp_buf			 text = { 0 };

	info = MHD_get_connection_info(q->c,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	tp_address_text(info->client_addr, &text);
	add_text(b, "address", tp_buf_cstr(&text));
	tp_buf_release(&text);
}

void
tp_audit(struct tp_call *q, const char *what, const char *name,
    unsigned status)
{
	struct tp_server	*s = q->s;
	struct tp_buf		 b = { 0 };
	int64_t			 left, wait;
	ssize_t			 k;

	if (s->audit_fd == -1)
		return;
	/* no client has the key 1 by more than chance */
	if (!tp_bucket_take(&s->buckets, 1, LINES_A_MINUTE, s->now_ms, &left,
	    &wait)) {
		s->unaudited++;
		return;
	}
	tp_buf_lit(&b, "{\"time\":\"");
	tp_buf_time(&b, q->req.now_ms);
	tp_buf_char(&b, '"');
	add_text(&b, "what", what);
	add_text(&b, "name", name);
	add_text(&b, "role", tp_role_name(q->req.role));
	add_address(&b, q);
	add_text(&b, "method", q->req.method);
	add_text(&b, "path", q->req.path);
	tp_buf_printf(&b, ",\"status\":%u", status);
	if (status >= 400)
		add_text(&b, "reason", q->why);
	if (s->unaudited > 0)
		tp_buf_printf(&b, ",\"left_out_before\":%llu",
		    (unsigned long long)s->unaudited);
	s->unaudited = 0;
	tp_buf_lit(&b, "}\n");
	k = write(s->audit_fd, b.p, b.n);
	if (k != (ssize_t)b.n)
		s->unaudited++;
	tp_buf_release(&b);
}
