#include "kafka/kconf.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include "io/file.h"
#include "kafka/kcatalog.h"

#define ENV_BROKERS	"TP_BROKERS"
#define ENV_PREFIX	"TP_KAFKA_"
#define BROKERS		"bootstrap.servers"

bool
tp_kconf_secret(const char *key)
{
	if (strncmp(key, "sasl.", 5) == 0)
		return strcmp(key, "sasl.mechanism") != 0 &&
		    strcmp(key, "sasl.mechanisms") != 0;
	return tp_ends_with(key, ".password") || tp_ends_with(key, ".key") ||
	    tp_ends_with(key, ".secret") || tp_ends_with(key, ".key.pem") ||
	    tp_ends_with(key, ".token");
}

static void
item_release(struct tp_kconf_item *i)
{
	free(i->key);
	free(i->value);
	free(i->where);
}

void
tp_kconf_release(struct tp_kconf *c)
{
	while (c->n > 0)
		item_release(&c->v[--c->n]);
	free(c->v);
	*c = (struct tp_kconf){ 0 };
}

/* Whether librdkafka takes the value. */
static bool
valid(const char *key, const char *value)
{
	rd_kafka_conf_t	*conf = rd_kafka_conf_new();
	char		 why[256];
	bool		 ok = rd_kafka_conf_set(conf, key, value, why,
			    sizeof(why)) == RD_KAFKA_CONF_OK;

	rd_kafka_conf_destroy(conf);
	return ok;
}

/* Where an item of this rank and name is, or is to go. */
static size_t
place(struct tp_kconf *c, enum tp_kconf_rank rank, const char *key)
{
	size_t	i, k;

	for (i = 0; i < c->n && c->v[i].rank < rank; i++)
		continue;
	for (k = i; k < c->n && c->v[k].rank == rank; k++)
		if (strcmp(c->v[k].key, key) == 0) {
			item_release(&c->v[k]);
			return k;
		}
	TP_GROW(c->v, c->cap, c->n + 1);
	memmove(c->v + k + 1, c->v + k, (c->n - k) * sizeof(*c->v));
	c->n++;
	return k;
}

int
tp_kconf_set(struct tp_kconf *c, enum tp_kconf_rank rank, const char *key,
    const char *value, const char *where, struct tp_err *e)
{
	const struct kcatalog_item	*known = kcatalog_find(key);
	struct tp_kconf_item		 item;
	size_t				 i;

	if (known == NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: librdkafka %s has no "
		    "setting '%s'", where, rd_kafka_version_str(), key);
	if (!valid(known->name, value))
		return tp_kconf_secret(known->name) ?
		    tp_err_set(e, TP_EXIT_USAGE, "%s: '%s' does not take this "
		    "value", where, key) :
		    tp_err_set(e, TP_EXIT_USAGE, "%s: '%s' does not take '%s'"
		    "%s%s", where, key, value,
		    known->range[0] != '\0' ? "; it takes " : "",
		    known->range);
	item = (struct tp_kconf_item){
		.key = tp_strdup(known->name), .value = tp_strdup(value),
		.where = tp_strdup(where), .rank = rank,
	};
	i = place(c, rank, known->name);
	c->v[i] = item;
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Adds "KEY=VALUE", n bytes, with blanks around both. */
static int
set_line(struct tp_kconf *c, enum tp_kconf_rank rank, const char *s, size_t n,
    const char *where, struct tp_err *e)
{
	const char	*eq = memchr(s, '=', n), *end = s + n, *key_end = eq;
	char		*key, *value;
	int		 r;

	if (memchr(s, '\0', n) != NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: a NUL byte", where);
	while (s < end && is_blank(*s))
		s++;
	if (eq == NULL || s == eq)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: no KEY=VALUE", where);
	while (key_end > s && is_blank(key_end[-1]))
		key_end--;
	for (eq++; eq < end && is_blank(*eq); eq++)
		continue;
	while (end > eq && is_blank(end[-1]))
		end--;
	key = tp_strndup(s, (size_t)(key_end - s));
	value = tp_strndup(eq, (size_t)(end - eq));
	r = tp_kconf_set(c, rank, key, value, where, e);
	free(key);
	free(value);
	return r;
}

int
tp_kconf_pair(struct tp_kconf *c, enum tp_kconf_rank rank, const char *pair,
    const char *where, struct tp_err *e)
{
	return set_line(c, rank, pair, strlen(pair), where, e);
}

int
tp_kconf_text(struct tp_kconf *c, enum tp_kconf_rank rank, const char *p,
    size_t n, const char *name, struct tp_err *e)
{
	const char	*end = p + n, *s, *nl;
	struct tp_buf	 where = { 0 };
	unsigned	 line;
	int		 r = 0;

	for (line = 1; p < end && r == 0; line++, p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		for (s = p; s < nl && is_blank(*s); s++)
			continue;
		if (s == nl || *s == '#')
			continue;
		where.n = 0;
		tp_buf_printf(&where, "%s:%u", name, line);
		r = set_line(c, rank, s, (size_t)(nl - s),
		    tp_buf_cstr(&where), e);
	}
	tp_buf_release(&where);
	return r;
}

/* Adds a file; if it does not exist, an error. */
static int
load(struct tp_kconf *c, enum tp_kconf_rank rank, const char *path,
    struct tp_err *e)
{
	char	*p;
	size_t	 n;
	int	 r;

	if (tp_file_read(path, TP_KCONF_FILE_MAX, &p, &n, e) == -1)
		return -1;
	r = tp_kconf_text(c, rank, p, n, path, e);
	free(p);
	return r;
}

/* "TP_KAFKA_LINGER_MS=5", whose '=' is at eq. */
static int
set_env(struct tp_kconf *c, const char *s, const char *eq, struct tp_err *e)
{
	char	*name = tp_strndup(s, (size_t)(eq - s));
	char	*key = tp_strdup(name + sizeof(ENV_PREFIX) - 1), *p;
	int	 r;

	for (p = key; *p != '\0'; p++) {
		if (*p == '_')
			*p = '.';
		else if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	r = tp_kconf_set(c, TP_KCONF_ENV, key, eq + 1, name, e);
	free(key);
	free(name);
	return r;
}

/* Adds TP_BROKERS and TP_KAFKA_*. */
static int
environment(struct tp_kconf *c, struct tp_err *e)
{
	const char	*brokers = getenv(ENV_BROKERS), *eq;
	char		**v;

	for (v = environ; v != NULL && *v != NULL; v++) {
		if (strncmp(*v, ENV_PREFIX, sizeof(ENV_PREFIX) - 1) != 0 ||
		    (eq = strchr(*v, '=')) == NULL)
			continue;
		if (set_env(c, *v, eq, e) == -1)
			return -1;
	}
	if (brokers == NULL || brokers[0] == '\0')
		return 0;
	return tp_kconf_set(c, TP_KCONF_ENV, BROKERS, brokers, ENV_BROKERS, e);
}

/* Loads a file that need not be there. */
static int
load_optional(struct tp_kconf *c, enum tp_kconf_rank rank, const char *path,
    struct tp_err *e)
{
	return access(path, F_OK) == 0 ? load(c, rank, path, e) : 0;
}

static int
load_user(struct tp_kconf *c, struct tp_err *e)
{
	const char	*xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct tp_buf	 path = { 0 };
	int		 r = 0;

	/* The XDG specification: what is not absolute does not count. */
	if (xdg != NULL && xdg[0] == '/')
		tp_buf_printf(&path, "%s/tp/kafka.conf", xdg);
	else if (home != NULL && home[0] == '/')
		tp_buf_printf(&path, "%s/.config/tp/kafka.conf", home);
	if (path.n > 0)
		r = load_optional(c, TP_KCONF_USER, tp_buf_cstr(&path), e);
	tp_buf_release(&path);
	return r;
}

int
tp_kconf_open(struct tp_kconf *c, const char *brokers,
    const char *const *pairs, size_t npairs, const char *file,
    struct tp_err *e)
{
	size_t	i;

	if (load_optional(c, TP_KCONF_SYSTEM, TP_KCONF_ETC, e) == -1 ||
	    load_user(c, e) == -1)
		return -1;
	if (file != NULL && load(c, TP_KCONF_FILE, file, e) == -1)
		return -1;
	if (environment(c, e) == -1)
		return -1;
	for (i = 0; i < npairs; i++)
		if (tp_kconf_pair(c, TP_KCONF_LINE, pairs[i], "-X", e) == -1)
			return -1;
	if (brokers != NULL && brokers[0] == '\0')
		return tp_err_set(e, TP_EXIT_USAGE, "-b: no brokers");
	return brokers == NULL ? 0 :
	    tp_kconf_set(c, TP_KCONF_LINE, BROKERS, brokers, "-b", e);
}

const char *
tp_kconf_get(const struct tp_kconf *c, const char *key)
{
	const struct kcatalog_item	*known = kcatalog_find(key);
	size_t				 i;

	for (i = c->n; known != NULL && i > 0; i--)
		if (strcmp(c->v[i - 1].key, known->name) == 0)
			return c->v[i - 1].value;
	return NULL;
}
