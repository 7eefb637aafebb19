#include "kafka/kcatalog.h"

#include <librdkafka/rdkafka.h>

#include "base/mem.h"

#define COLUMNS		6	/* name, C/P, range, default, weight, text */

/* The text of s up to end without blanks at its ends, heap. */
static char *
trimmed(const char *s, const char *end)
{
	while (s < end && *s == ' ')
		s++;
	while (end > s && end[-1] == ' ')
		end--;
	return tp_strndup(s, (size_t)(end - s));
}

/* "... Alias for `NAME`: ..." */
static char *
alias_of(const char *s, const char *end)
{
	static const char	mark[] = "Alias for `";
	const char		*p = memmem(s, (size_t)(end - s), mark,
				    sizeof(mark) - 1);
	const char		*q;

	if (p == NULL)
		return NULL;
	p += sizeof(mark) - 1;
	q = memchr(p, '`', (size_t)(end - p));
	return q != NULL ? tp_strndup(p, (size_t)(q - p)) : NULL;
}

/* Adds a line of the table; others have fewer columns or another second. */
static void
add_line(struct kcatalog *c, const char *s, const char *end)
{
	const char		*cell[COLUMNS], *p = s;
	struct kcatalog_item	 item = { 0 };
	int			 n;

	for (n = 0; n < COLUMNS && p != NULL; n++) {
		cell[n] = p;
		p = memchr(p, '|', (size_t)(end - p));
		p = p != NULL ? p + 1 : NULL;
	}
	if (n < COLUMNS || cell[2] - cell[1] < 4)
		return;
	item.who = cell[1][2];
	if (cell[1][1] != ' ' || (item.who != 'C' && item.who != 'P' &&
	    item.who != '*'))
		return;
	item.name = trimmed(cell[0], cell[1] - 1);
	item.range = trimmed(cell[2], cell[3] - 1);
	item.alias = alias_of(cell[5], end);
	TP_GROW(c->v, c->cap, c->n + 1);
	c->v[c->n++] = item;
}

const struct kcatalog *
kcatalog(void)
{
	static struct kcatalog	c;
	const char		*s, *end;
	FILE			*f;

	if (c.text != NULL)
		return &c;
	f = open_memstream(&c.text, &c.ntext);
	if (f == NULL)
		tp_die("no memory for librdkafka's settings");
	rd_kafka_conf_properties_show(f);
	if (fclose(f) != 0)
		tp_die("no memory for librdkafka's settings");
	for (s = c.text; (end = strchr(s, '\n')) != NULL; s = end + 1)
		add_line(&c, s, end);
	return &c;
}

const struct kcatalog_item *
kcatalog_find(const char *name)
{
	const struct kcatalog	*c = kcatalog();
	size_t			 i;
	int			 hops;

	/* Aliases have no aliases, but that is for librdkafka to see to. */
	for (hops = 0; hops < 3; hops++) {
		for (i = 0; i < c->n && strcmp(c->v[i].name, name) != 0; i++)
			continue;
		if (i == c->n)
			return NULL;
		if (c->v[i].alias == NULL)
			return &c->v[i];
		name = c->v[i].alias;
	}
	return NULL;
}
