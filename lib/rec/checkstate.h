/*
 * Private to lib/rec/check*.c: the state of the filter of tp-validate.
 */
#ifndef TP_REC_CHECKSTATE_H
#define TP_REC_CHECKSTATE_H

#include "rec/check.h"
#include "rec/dedupe.h"

#define TP_CHECK_NAME	40	/* of a canonical name with ,"": around */
#define TP_CHECK_NUM	40	/* of a number that we write */
#define TP_CHECK_DECIMALS	6	/* of converted values */

/* What happens to the value of a field. */
enum tp_check_act {
	TP_ACT_COPY, TP_ACT_NUM, TP_ACT_INT, TP_ACT_TEXT, TP_ACT_ID,
	TP_ACT_TIME, TP_ACT_SPEED, TP_ACT_VOLUME, TP_ACT_OCCUPANCY,
	TP_ACT_DROP,
};

struct tp_check {
	const struct tp_check_conf *conf;
	struct tp_dedupe seen;
	struct tp_tz	 tz;
	struct {
		char	 text[TP_CHECK_NAME];	/* ,"speed_mph": */
		uint8_t	 n;
		uint8_t	 act;
		uint8_t	 family;	/* of a speed: its first field */
		double	 lo, hi;
	} f[TP_F_MAX];
	int64_t		 tail_ms;	/* now_ms in tail */
	struct tp_buf	 tail;		/* what every line ends with */
	struct tp_buf	 id, event;	/* those of the record, as written */

	/* the record at hand */
	const struct tp_rec *r;
	char		*p;		/* where its line goes on */
	int64_t		 t;
	enum tp_field	 speed;		/* the family written as speed_* */
	uint64_t	 idhash, eventhash;	/* of ids; 0: there is none */
	const char	*rule;		/* why it is refused, or NULL */
	char		 why[240];
};

/* The field with the time of a record: of an aggregate without one of its
 * own, its start. */
static inline enum tp_field
tp_check_when(const struct tp_rec *r)
{
	return r->at[TP_F_TIMESTAMP] != NULL ||
	    r->at[TP_F_WINDOW_START] == NULL ? TP_F_TIMESTAMP :
	    TP_F_WINDOW_START;
}

/*
 * Refuses the record: rule is static, the rest is copied.  Returns -1.
 */
int tp_check_refuse(struct tp_check *c, const char *rule, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* Writes field i of c->r at c->p, unless it is to be dropped.  0 or -1. */
int tp_check_field(struct tp_check *c, size_t i);

/*
 * Copies n bytes in steps of sixteen: up to fifteen more are read, which the
 * text around them has, and written, for which there is room.
 */
static inline char *
tp_check_put(char *p, const char *s, size_t n)
{
	char	*end = p + n;

	do {
		memcpy(p, s, 16);
		p += 16;
		s += 16;
	} while (p < end);
	return end;
}

/* Writes ,"name": at p; returns behind it, as all of these. */
static inline char *
tp_check_put_name(const struct tp_check *c, char *p, enum tp_field f)
{
	memcpy(p, c->f[f].text, TP_CHECK_NAME);
	return p + c->f[f].n;
}

/* Writes a number by tp_buf_fixed() at p. */
static inline char *
tp_check_put_num(char *p, double v)
{
	struct tp_buf	b = { p, 0, TP_CHECK_NUM };

	tp_buf_fixed(&b, v, TP_CHECK_DECIMALS);
	return p + b.n;
}

/* Writes a whole number at p. */
static inline char *
tp_check_put_int(char *p, int64_t v)
{
	struct tp_buf	b = { p, 0, TP_CHECK_NUM };

	tp_buf_int(&b, v);
	return p + b.n;
}

/* Writes a value at p as it stands in its line. */
static inline char *
tp_check_put_raw(char *p, const struct tp_json_val *v)
{
	bool	s = v->type == TP_JSON_STR;

	return tp_check_put(p, v->p - s, v->n + 2u * s);
}

#endif
