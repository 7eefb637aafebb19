#include "serve/alertlog.h"

#include <stdlib.h>

#include "base/mem.h"
#include "serve/put.h"

void
tp_alertlog_init(struct tp_alertlog *a, size_t max)
{
	*a = (struct tp_alertlog){
		.v = tp_calloc(max, sizeof(*a->v)), .max = max,
	};
}

static void
entry_release(struct tp_alert_entry *x)
{
	free(x->id);
	free(x->line);
	free(x->type);
	free(x->severity);
	free(x->message);
	free(x->segment);
	free(x->road);
	free(x->acked_by);
}

void
tp_alertlog_release(struct tp_alertlog *a)
{
	size_t	i;

	for (i = 0; i < a->n; i++)
		entry_release(&a->v[i]);
	free(a->v);
	*a = (struct tp_alertlog){ 0 };
}

/* A JSON string or number as plain text; NULL where it is neither. */
static char *
plain(const struct tp_json_val *v)
{
	struct tp_buf	 b = { 0 };
	char		*s = NULL;
	size_t		 i;

	if (v == NULL || (v->type != TP_JSON_STR && v->type != TP_JSON_NUM))
		return NULL;
	if (v->type == TP_JSON_NUM)
		return tp_strndup(v->p, v->n);
	if (tp_json_unescape(v, &b) == 0 && b.n > 0) {
		for (i = 0; i < b.n; i++)
			if (b.p[i] == '\0')
				b.p[i] = '?';
		s = tp_strndup(b.p, b.n);
	}
	tp_buf_release(&b);
	return s;
}

static char *
member(const struct tp_rec *r, const char *name)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, name);

	return f == NULL ? NULL : plain(&f->v);
}

static int64_t
time_of(const struct tp_rec *r, const char *name)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, name);
	int64_t				 t;

	return f != NULL && tp_json_time(&f->v, NULL, &t, NULL) == 0 ? t :
	    TP_TIME_NONE;
}

struct tp_alert_entry *
tp_alertlog_find(const struct tp_alertlog *a, const char *id)
{
	size_t	i;

	for (i = a->n; i-- > 0;)
		if (strcmp(a->v[i].id, id) == 0)
			return &a->v[i];
	return NULL;
}

/* Makes room for one more. */
static void
forget_one(struct tp_alertlog *a)
{
	size_t	i;

	for (i = 0; i < a->n && a->v[i].open; i++)
		;
	if (i == a->n)
		i = 0;
	a->open -= a->v[i].open;
	entry_release(&a->v[i]);
	memmove(&a->v[i], &a->v[i + 1], (a->n - i - 1) * sizeof(*a->v));
	a->n--;
	a->forgotten++;
}

/* Whether a status word means that it is over. */
static bool
is_over(const char *status)
{
	return status != NULL && (strcmp(status, "RESOLVED") == 0 ||
	    strcmp(status, "CLEARED") == 0);
}

/* Replaces a text by a newer one, if there is one. */
static void
renew(char **s, char *with)
{
	if (with == NULL)
		return;
	free(*s);
	*s = with;
}

/* The line up to the brace that closes it. */
static size_t
body_size(const struct tp_rec *r)
{
	size_t	n = r->len;

	while (n > 0 && r->line[n - 1] != '}')
		n--;
	return n > 0 ? n - 1 : 0;
}

static void
update(struct tp_alertlog *a, struct tp_alert_entry *x,
    const struct tp_rec *r, int64_t t)
{
	char	*status = member(r, "status");
	bool	 over = is_over(status);
	int64_t	 raised = time_of(r, "raised_at");

	a->open += (size_t)!over - (size_t)x->open;
	x->open = !over;
	x->updated = t;
	if (raised != TP_TIME_NONE)
		x->raised = raised;
	x->cleared = !over ? TP_TIME_NONE :
	    time_of(r, "cleared_at") != TP_TIME_NONE ?
	    time_of(r, "cleared_at") : t;
	free(x->line);
	x->nline = body_size(r);
	x->line = tp_strndup(r->line, x->nline);
	renew(&x->type, member(r, "alert_type"));
	renew(&x->severity, member(r, "severity"));
	renew(&x->message, member(r, "description"));
	renew(&x->message, member(r, "message"));
	renew(&x->segment, plain(r->at[TP_F_SEGMENT_ID]));
	renew(&x->road, plain(r->at[TP_F_ROAD_NAME]));
	free(status);
}

struct tp_alert_entry *
tp_alertlog_take(struct tp_alertlog *a, const struct tp_rec *r,
    const char **why)
{
	char			*id = member(r, "alert_id");
	struct tp_alert_entry	*x;
	int64_t			 t;

	if (id == NULL)		/* Hanoi's notifications have another */
		id = member(r, "event_id");
	if (id == NULL || strlen(id) > 256) {
		*why = id == NULL ? "an alert without an id" :
		    "an alert whose id is over 256 bytes";
		free(id);
		return NULL;
	}
	if (tp_rec_time(r, TP_F_TIMESTAMP, NULL, &t, why) != 0) {
		free(id);
		*why = "an alert without a time";
		return NULL;
	}
	x = tp_alertlog_find(a, id);
	if (x == NULL) {
		if (a->n == a->max)
			forget_one(a);
		x = &a->v[a->n++];
		*x = (struct tp_alert_entry){
			.id = tp_strdup(id), .raised = t,
			.acked = TP_TIME_NONE,
		};
	}
	free(id);
	update(a, x, r, t);
	return x;
}

void
tp_alertlog_ack(struct tp_alert_entry *x, const char *who, int64_t t)
{
	if (x->acked != TP_TIME_NONE)
		return;
	x->acked = t;
	x->acked_by = tp_strdup(who);
}

void
tp_alertlog_put(const struct tp_alert_entry *x, struct tp_buf *out)
{
	tp_put_next(out);
	tp_buf_add(out, x->line, x->nline);
	if (x->acked != TP_TIME_NONE) {
		tp_put_time_of(out, "acknowledged_at", x->acked);
		tp_put_str_of(out, "acknowledged_by", x->acked_by);
	}
	tp_put_close(out, '}');
}
