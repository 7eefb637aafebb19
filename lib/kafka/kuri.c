#include "kafka/kuri.h"

#include "base/buf.h"
#include "base/clock.h"

#define SCHEME		"kafka:"
#define PARTITION_MAX	INT32_MAX

bool
tp_kuri_is(const char *s)
{
	return strncmp(s, SCHEME, sizeof(SCHEME) - 1) == 0;
}

const char *
tp_kuri_topic_fault(const char *s)
{
	size_t	n = strlen(s), i;

	if (n == 0)
		return "it is empty";
	if (n > TP_KURI_TOPIC_MAX)
		return "it is longer than 249 bytes";
	if (strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
		return "it is a path";
	for (i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= 'A' && s[i] <= 'Z') ||
		    (s[i] >= '0' && s[i] <= '9') ||
		    s[i] == '.' || s[i] == '_' || s[i] == '-'))
			return "only letters, digits, '.', '_' and '-' may be "
			    "in it";
	return NULL;
}

/* The n bytes of s with %XX replaced, heap; NULL where it is no text. */
static char *
unescape(const char *s, size_t n)
{
	char	*out = tp_malloc(n + 1), *p = out;
	size_t	 i;

	for (i = 0; i < n; i++) {
		int	c = (unsigned char)s[i];

		if (c == '%') {
			if (n - i < 3 || tp_hex_digit(s[i + 1]) < 0 ||
			    tp_hex_digit(s[i + 2]) < 0) {
				free(out);
				return NULL;
			}
			c = tp_hex_digit(s[i + 1]) * 16 + tp_hex_digit(s[i + 2]);
			i += 2;
		}
		if (c < ' ' || c == 0x7f) {
			free(out);
			return NULL;
		}
		*p++ = (char)c;
	}
	*p = '\0';
	return out;
}

/* Moves the value to *to; a name that brokers and our files can bear. */
static const char *
take_name(char **to, char **value)
{
	if (strlen(*value) > TP_KURI_NAME_MAX)
		return "it is longer than 255 bytes";
	*to = *value;
	*value = NULL;
	return NULL;
}

const char *
tp_kuri_from(const char *s, enum tp_kuri_from *from, int64_t *t)
{
	struct tp_tz	utc = { .utc = true };
	size_t		n = strlen(s);

	if (strcmp(s, "earliest") == 0) {
		*from = TP_KURI_FROM_EARLIEST;
		return NULL;
	}
	if (strcmp(s, "latest") == 0) {
		*from = TP_KURI_FROM_LATEST;
		return NULL;
	}
	*from = TP_KURI_FROM_TIME;
	if (n > 0 && strspn(s, "0123456789") == n)
		return tp_parse_int(s, n, t) == 0 ? NULL :
		    "it is out of range";
	if (tp_time_parse(&utc, s, n, t, NULL) == -1)
		return "it is none of earliest, latest, a time";
	return *t >= 0 ? NULL : "it is before 1970";
}

/* Reads a partition number off *s. */
static int
scan_part(const char **s, int32_t *part)
{
	size_t	n = strspn(*s, "0123456789");
	int64_t	v;

	if (n == 0 || tp_parse_int(*s, n, &v) == -1 || v > PARTITION_MAX)
		return -1;
	*part = (int32_t)v;
	*s += n;
	return 0;
}

static const char *
take_parts(struct tp_kuri *u, const char *s)
{
	static const char	bad[] =
				    "it is no ascending list such as 0,2,5-7";
	int32_t			lo, hi, last = -1;
	size_t			cap = 0;

	for (;;) {
		if (scan_part(&s, &lo) == -1)
			return bad;
		hi = lo;
		if (*s == '-' && (s++, scan_part(&s, &hi) == -1))
			return bad;
		if (lo <= last || hi < lo)
			return bad;
		if ((size_t)(hi - lo) >= TP_KURI_PARTS_MAX - u->nparts)
			return "these are more than 4096";
		TP_GROW(u->parts, cap, u->nparts + (size_t)(hi - lo) + 1);
		for (last = lo; ; last++) {
			u->parts[u->nparts++] = last;
			if (last == hi)
				break;
		}
		if (*s == '\0')
			return NULL;
		if (*s++ != ',')
			return bad;
	}
}

/* Takes the value of one parameter, as its name says. */
static const char *
take(struct tp_kuri *u, const char *name, size_t n, char **value)
{
	static const char	twice[] = "it is there twice";

	if (n == 5 && memcmp(name, "group", n) == 0)
		return u->group != NULL ? twice : take_name(&u->group, value);
	if (n == 8 && memcmp(name, "instance", n) == 0)
		return u->instance != NULL ? twice :
		    take_name(&u->instance, value);
	if (n == 4 && memcmp(name, "from", n) == 0)
		return u->from != TP_KURI_FROM_DEFAULT ? twice :
		    tp_kuri_from(*value, &u->from, &u->from_ms);
	if (n == 9 && memcmp(name, "partition", n) == 0)
		return u->nparts > 0 ? twice : take_parts(u, *value);
	if (n == 4 && memcmp(name, "avro", n) == 0)
		return u->avro != NULL ? twice : take_name(&u->avro, value);
	if (n == 2 && memcmp(name, "id", n) == 0)
		return u->schema_id >= 0 ? twice :
		    tp_parse_int(*value, strlen(*value), &u->schema_id) != 0 ||
		    u->schema_id < 0 || u->schema_id > INT32_MAX ?
		    "it is no number of a schema" : NULL;
	return "there is none of that name";
}

/* Parses "NAME=VALUE", n bytes of s; whole is for messages. */
static int
parameter(struct tp_kuri *u, const char *s, size_t n, const char *whole,
    struct tp_err *e)
{
	const char	*eq = memchr(s, '=', n), *why;
	size_t		 len;
	char		*value;

	if (eq == NULL)
		return tp_err_set(e, TP_EXIT_USAGE,
		    "'%s': no NAME=VALUE: '%.*s'", whole, (int)n, s);
	len = (size_t)(eq - s);
	value = unescape(eq + 1, n - len - 1);
	if (value == NULL)
		why = "its value is no text";
	else if (value[0] == '\0')
		why = "its value is empty";
	else
		why = take(u, s, len, &value);
	free(value);
	if (why != NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "'%s': parameter '%.*s': "
		    "%s", whole, (int)len, s, why);
	return 0;
}

static int
parse(struct tp_kuri *u, const char *whole, struct tp_err *e)
{
	const char	*s = whole + sizeof(SCHEME) - 1, *why;
	size_t		 n = strcspn(s, "?");

	u->topic = tp_strndup(s, n);
	why = tp_kuri_topic_fault(u->topic);
	if (why != NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "'%s': topic '%s': %s",
		    whole, u->topic, why);
	if (s[n] == '\0')
		return 0;
	do {
		s += n + 1;
		n = strcspn(s, "&");
		if (parameter(u, s, n, whole, e) == -1)
			return -1;
	} while (s[n] != '\0');
	return 0;
}

int
tp_kuri_parse(struct tp_kuri *u, const char *s, struct tp_err *e)
{
	*u = (struct tp_kuri){ .schema_id = -1 };
	if (!tp_kuri_is(s))
		return tp_err_set(e, TP_EXIT_USAGE, "'%s' is no kafka:TOPIC",
		    s);
	if (parse(u, s, e) == -1) {
		tp_kuri_release(u);
		return -1;
	}
	return 0;
}

void
tp_kuri_release(struct tp_kuri *u)
{
	free(u->topic);
	free(u->group);
	free(u->instance);
	free(u->parts);
	free(u->avro);
	*u = (struct tp_kuri){ 0 };
}
