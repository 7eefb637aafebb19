#include "serve/urltext.h"

#include <strings.h>

int
tp_url_decode(struct tp_buf *out, const char *s, size_t n, bool plus)
{
	char	*d = tp_buf_room(out, n + 1);
	size_t	 i, k = 0;
	int	 c;

	for (i = 0; i < n; i++) {
		c = (unsigned char)s[i];
		if (c == '+' && plus) {
			c = ' ';
		} else if (c == '%') {
			if (n - i < 3 || tp_hex_digit(s[i + 1]) < 0 ||
			    tp_hex_digit(s[i + 2]) < 0)
				return -1;
			c = tp_hex_digit(s[i + 1]) << 4 | tp_hex_digit(s[i + 2]);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return -1;
		d[k++] = (char)c;
	}
	d[k++] = '\0';
	out->n += k;
	return 0;
}

bool
tp_url_match(const char *pattern, const char *path, const char **at,
    size_t *len, int max)
{
	int	n = 0;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '{') {
			if (*pattern != *path++)
				return false;
			continue;
		}
		if (n == max || *path == '/' || *path == '\0')
			return false;
		at[n] = path;
		len[n] = strcspn(path, "/");
		path += len[n++];
		pattern = strchr(pattern, '}');
	}
	return *path == '\0';
}

/* True where the parameters of a list's item say q=0. */
static bool
refused(const char *s, size_t n)
{
	const char	*q = memmem(s, n, "q=0", 3);
	size_t		 i;

	if (q == NULL)
		return false;
	for (i = (size_t)(q - s) + 3; i < n; i++)
		if (strchr("123456789", s[i]) != NULL)
			return false;
	return true;
}

bool
tp_list_accepts(const char *list, const char *name)
{
	size_t	n, k, len = strlen(name);

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		list += strspn(list, " \t");
		n = strcspn(list, ",");
		k = strcspn(list, ",; \t");
		if (k == len && strncasecmp(list, name, len) == 0)
			return !refused(list + k, n - k);
	}
	return false;
}

bool
tp_list_has_etag(const char *list, const char *etag)
{
	size_t	n, len = strlen(etag);

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		list += strspn(list, " \t");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		n = strcspn(list, ", \t");
		if ((n == 1 && *list == '*') ||
		    (n == len && memcmp(list, etag, len) == 0))
			return true;
		n += strcspn(list + n, ",");
	}
	return false;
}

const char *
tp_cookie_find(const char *cookies, const char *name, size_t *n)
{
	size_t	k, len = strlen(name);

	for (; *cookies != '\0'; cookies += k + (cookies[k] == ';')) {
		cookies += strspn(cookies, " \t");
		k = strcspn(cookies, ";");
		if (k > len && memcmp(cookies, name, len) == 0 &&
		    cookies[len] == '=') {
			*n = k - len - 1;
			return cookies + len + 1;
		}
	}
	return NULL;
}

/* The length of the name of "name:port" or "[v6]:port". */
static size_t
name_length(const char *host)
{
	const char	*end = host[0] == '[' ? strchr(host, ']') : NULL;

	return end != NULL ? (size_t)(end - host) + 1 : strcspn(host, ":");
}

bool
tp_host_is(const char *host, const char *name)
{
	size_t	n = name_length(name);

	if (name[n] != '\0')
		return strcasecmp(host, name) == 0;
	return name_length(host) == n && strncasecmp(host, name, n) == 0;
}
