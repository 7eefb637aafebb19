#include "store/address.h"

#include <libpq-fe.h>
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

int
tp_address_redis(const char *s, char **host, int *port, struct tp_err *e)
{
	const char	*colon, *end;
	int64_t		 number = 6379;

	*host = NULL;
	*port = 0;
	if (s[0] == '/' && s[1] == '/')
		s += 2;
	colon = strrchr(s, ':');
	end = s + strlen(s);
	if (*s == '/') {
		*host = tp_strdup(s);
		return 0;
	}
	if (strchr(s, '@') != NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "a password would be seen "
		    "by all in an address: set TP_REDIS_PASSWORD");
	if (colon != NULL && (*s != '[' || colon[-1] == ']')) {
		if (tp_parse_int(colon + 1, strlen(colon + 1), &number) ==
		    -1 || number < 1 || number > 65535)
			return tp_err_set(e, TP_EXIT_USAGE, "no port '%s'",
			    colon + 1);
		end = colon;
	}
	if (*s == '[' && end > s && end[-1] == ']') {
		s++;
		end--;
	}
	if (end == s)
		return tp_err_set(e, TP_EXIT_USAGE, "no host");
	*host = tp_strndup(s, (size_t)(end - s));
	*port = (int)number;
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
