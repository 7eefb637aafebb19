#include "serve/http.h"

static const char *const role_names[] = { NULL, "viewer", "user", "admin" };

const char *
tp_role_name(enum tp_role r)
{
	return role_names[r];
}

enum tp_role
tp_role_find(const char *name, size_t n)
{
	int	r;

	for (r = TP_ROLE_VIEWER; r <= TP_ROLE_ADMIN; r++)
		if (strlen(role_names[r]) == n &&
		    memcmp(role_names[r], name, n) == 0)
			return (enum tp_role)r;
	return TP_ROLE_NONE;
}

const char *
tp_http_query(const struct tp_http_req *q, const char *name)
{
	size_t	i;

	for (i = 0; i < q->nquery; i++)
		if (strcmp(q->query[i].name, name) == 0)
			return q->query[i].value;
	return NULL;
}

int
tp_http_query_int(const struct tp_http_req *q, const char *name, int64_t lo,
    int64_t hi, int64_t *v, struct tp_buf *out)
{
	const char	*s = tp_http_query(q, name);
	int64_t		 i;

	if (s == NULL)
		return 0;
	if (tp_parse_int(s, strlen(s), &i) == -1 || i < lo || i > hi) {
		tp_buf_printf(out, "%s must be an integer of %lld to %lld",
		    name, (long long)lo, (long long)hi);
		return -1;
	}
	*v = i;
	return 0;
}

void
tp_http_one_line(char *p, size_t n)
{
	bool	within = false;
	size_t	i;

	for (i = 0; i < n; i++) {
		if (p[i] == '"')
			within = !within;
		else if (p[i] == '\\' && within)
			i++;
		else if (p[i] == '\n' && !within)
			p[i] = ' ';
	}
}
