#include "store/address.h"

#include <libpq-fe.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

size_t
tp_address_scheme(const char *url, const char **rest)
{
	size_t	n = strcspn(url, ":/");

	*rest = url[n] == ':' ? url + n + 1 : url;
	return url[n] == ':' ? n : 0;
}

/* A number of an address, of the characters from p up to end. */
static int
number(const char *p, const char *end, int least, int most, const char *what,
    int *v, struct tp_err *e)
{
	int64_t	n;

	if (tp_parse_int(p, (size_t)(end - p), &n) == -1 || n < least ||
	    n > most)
		return tp_err_set(e, TP_EXIT_USAGE, "no %s '%.*s'", what,
		    (int)(end - p), p);
	*v = (int)n;
	return 0;
}

/* The path of a socket, and the database behind it. */
static int
redis_socket(const char *s, struct tp_redis_at *a, struct tp_err *e)
{
	const char	*end = s + strlen(s), *db = strstr(s, "?db=");

	if (db != NULL && number(db + 4, end, 0, INT_MAX, "database", &a->db,
	    e) == -1)
		return -1;
	a->host = tp_strndup(s, (size_t)((db != NULL ? db : end) - s));
	return 0;
}

int
tp_address_redis(const char *s, struct tp_redis_at *a, struct tp_err *e)
{
	const char	*slash, *colon, *end;

	*a = (struct tp_redis_at){ 0 };
	if (s[0] == '/' && s[1] == '/')
		s += 2;
	if (*s == '/')
		return redis_socket(s, a, e);
	if (strchr(s, '@') != NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "a password would be seen "
		    "by all in an address: set TP_REDIS_PASSWORD");
	slash = strchrnul(s, '/');
	/* a slash and nothing behind it names no database */
	if (*slash != '\0' && slash[1] != '\0' && number(slash + 1,
	    slash + strlen(slash), 0, INT_MAX, "database", &a->db, e) == -1)
		return -1;
	end = slash;
	a->port = 6379;
	colon = memrchr(s, ':', (size_t)(end - s));
	if (colon != NULL && (*s != '[' || colon[-1] == ']')) {
		if (number(colon + 1, end, 1, 65535, "port", &a->port, e) == -1)
			return -1;
		end = colon;
	}
	if (*s == '[' && end > s && end[-1] == ']') {
		s++;
		end--;
	}
	if (end == s)
		return tp_err_set(e, TP_EXIT_USAGE, "no host");
	a->host = tp_strndup(s, (size_t)(end - s));
	return 0;
}

/* What may be shown of where it is. */
static char *
shown_of(PQconninfoOption *o)
{
	struct tp_buf	b = { 0 };
	char		*name;

	tp_buf_lit(&b, "postgres:");
	for (; o->keyword != NULL; o++)
		if (o->val != NULL && (strcmp(o->keyword, "dbname") == 0 ||
		    strcmp(o->keyword, "host") == 0))
			tp_buf_printf(&b, "%s%s=%s", b.n > 9 ? " " : "",
			    o->keyword, o->val);
	name = tp_strdup(tp_buf_cstr(&b));
	tp_buf_release(&b);
	return name;
}

int
tp_address_pg(const char *s, char **conninfo, char **shown,
    struct tp_err *e)
{
	struct tp_buf		 b = { 0 };
	PQconninfoOption	*o;
	char			*why = NULL;

	if (s[0] == '/' && s[1] == '/')
		tp_buf_lit(&b, "postgresql:");
	tp_buf_str(&b, s);
	*conninfo = tp_strdup(tp_buf_cstr(&b));
	tp_buf_release(&b);
	/* what is wrong may have a password in it: not shown */
	if ((o = PQconninfoParse(*conninfo, &why)) == NULL) {
		PQfreemem(why);
		*shown = tp_strdup("postgres");
		return tp_err_set(e, TP_EXIT_USAGE, "no address of a database "
		    "(try dbname=NAME host=HOST, or //HOST/NAME)");
	}
	*shown = shown_of(o);
	PQconninfoFree(o);
	return 0;
}
