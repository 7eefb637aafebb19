/*
 * Numbers as text.  The fast paths rest on one fact: a division or product
 * of two doubles that are both exact is correctly rounded, so an integer
 * below 2^53 and a power of ten up to 10^22 give the very double that a
 * correct reader gives (Clinger, PLDI 1990).
 */
#include <float.h>
#include <math.h>

#include "base/buf.h"
#include "base/digits.h"

#define EXACT_INT	9007199254740992.0	/* 2^53 */
#define EXACT_POW	22			/* 10^22 is exact */
#define DIGITS_MAX	19			/* fit in 64 bits unsigned */
/* Longest text of %.17g: sign, 17 digits, point, e-308. */
#define NUM_TEXT	32

static const double pow10_tab[EXACT_POW + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

const uint64_t	tp_digits_pow[9] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
};

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

/* Writes v so that it ends before `end`; returns where it starts. */
static char *
put_uint(char *end, uint64_t v)
{
	while (v >= 100) {
		end -= 2;
		memcpy(end, pairs + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v >= 10) {
		end -= 2;
		memcpy(end, pairs + 2 * v, 2);
	} else {
		*--end = (char)('0' + v);
	}
	return end;
}

/* Appends n / 10^k without trailing zeros behind the point; n > 0. */
static void
add_decimal(struct tp_buf *b, bool minus, uint64_t n, int k)
{
	char	 text[NUM_TEXT], *end = text + sizeof(text), *p, *point;

	while (k > 0 && n % 10 == 0) {
		n /= 10;
		k--;
	}
	p = put_uint(end, n);
	while (end - p <= k)
		*--p = '0';
	if (k > 0) {
		point = end - k - 1;
		memmove(p - 1, p, (size_t)(point - p) + 1);
		*point = '.';
		p--;
	}
	if (minus)
		*--p = '-';
	tp_buf_add(b, p, (size_t)(end - p));
}

void
tp_buf_int(struct tp_buf *b, int64_t v)
{
	char		 text[NUM_TEXT], *end = text + sizeof(text), *p;
	uint64_t	 u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	p = put_uint(end, u);
	if (v < 0)
		*--p = '-';
	tp_buf_add(b, p, (size_t)(end - p));
}

/* The fewest digits that read back as v, by trying. */
static void
add_shortest(struct tp_buf *b, double v)
{
	char	text[NUM_TEXT];
	/*
	 * Every text of 15 digits has a double of its own, so that %.15g
	 * finds all the shorter ones too; but not among the subnormals.
	 */
	int	digits = fabs(v) < DBL_MIN ? 1 : DBL_DIG, n;

	do {
		n = snprintf(text, sizeof(text), "%.*g", digits, v);
	} while (digits++ < DBL_DECIMAL_DIG && strtod(text, NULL) != v);
	tp_buf_add(b, text, (size_t)n);
}

void
tp_buf_num(struct tp_buf *b, double v)
{
	double	a = fabs(v);
	int	k;

	if (!isfinite(v))
		tp_die("a number to be written is not finite");
	if (a == 0) {
		tp_buf_char(b, '0');
		return;
	}
	if (a < EXACT_INT && a == (double)(uint64_t)a) {
		add_decimal(b, v < 0, (uint64_t)a, 0);
		return;
	}
	/*
	 * Below 10^15 the product is off by less than 1/8, so that rounding
	 * it finds the one candidate; the first k is the fewest digits.
	 */
	for (k = 1; k <= 6; k++) {
		double		s = a * pow10_tab[k];
		uint64_t	n;

		if (s >= 1e15)
			break;
		n = (uint64_t)(s + 0.5);
		if (n > 0 && (double)n / pow10_tab[k] == a) {
			add_decimal(b, v < 0, n, k);
			return;
		}
	}
	add_shortest(b, v);
}

/* Six digits of a float are sure, nine tell any two apart. */
void
tp_buf_float(struct tp_buf *b, float v)
{
	char	text[NUM_TEXT];
	int	n, digits = FLT_DIG;

	do {
		n = snprintf(text, sizeof(text), "%.*g", digits, (double)v);
	} while (digits++ < FLT_DECIMAL_DIG && strtof(text, NULL) != v);
	if (v == 0 || memchr(text, 'e', (size_t)n) != NULL)
		tp_buf_num(b, strtod(text, NULL));
	else
		tp_buf_add(b, text, (size_t)n);
}

/*
 * Rounds |v| * 10^k half up to *n; false where the result would not be exact.
 * Rounding of the product can make a tie out of a value just beside it, never
 * carry a value across one; only then its sign needs the lost low part.
 */
static bool
scale(double v, int k, uint64_t *n)
{
	double	a = fabs(v), p, s, frac;
	int64_t	whole;		/* signed: one instruction makes it */

	if (k < 0 || k > 9)
		tp_die("%d decimals", k);
	p = pow10_tab[k];
	if (!(a < EXACT_INT / 2 / p))
		return false;
	s = a * p;
	whole = (int64_t)s;
	frac = s - (double)whole;
	/* added, not branched upon: no processor foretells it */
	*n = (uint64_t)whole + (frac > 0.5);
	if (frac == 0.5 && fma(a, p, -s) >= 0)
		++*n;
	return true;
}

void
tp_buf_fixed(struct tp_buf *b, double v, int decimals)
{
	uint64_t	n;

	if (!scale(v, decimals, &n))
		tp_buf_num(b, v);
	else if (n == 0)
		tp_buf_char(b, '0');
	else
		add_decimal(b, v < 0, n, decimals);
}

double
tp_fixed(double v, int decimals)
{
	uint64_t	n;
	double		r;

	if (!scale(v, decimals, &n))
		return v;
	if (n == 0)
		return 0;
	r = (double)(int64_t)n / pow10_tab[decimals];
	return v < 0 ? -r : r;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a number's text says: mant * 10^exp, where `exact` says it is all. */
struct scan {
	uint64_t	mant;
	int		digits;		/* in mant, leading zeros aside */
	int64_t		exp;
	bool		minus, exact;
};

/* Takes digits from *s; returns how many there were. */
static size_t
scan_digits(struct scan *sc, const char **s, const char *end, bool fraction)
{
	const char	*p = *s;
	uint64_t	 mant = sc->mant;
	int		 digits = sc->digits;
	size_t		 n;

	for (; p < end && is_digit(*p) && digits < DIGITS_MAX; p++) {
		mant = 10 * mant + (uint64_t)(*p - '0');
		digits += mant != 0;
	}
	if (fraction)
		sc->exp -= p - *s;
	sc->mant = mant;
	sc->digits = digits;
	for (; p < end && is_digit(*p); p++)
		sc->exact = false;
	n = (size_t)(p - *s);
	*s = p;
	return n;
}

static int
scan_exp(struct scan *sc, const char **s, const char *end)
{
	const char	*p = *s + 1, *first;
	bool		 minus = false;
	int64_t		 x = 0;

	if (p < end && (*p == '+' || *p == '-'))
		minus = *p++ == '-';
	for (first = p; p < end && is_digit(*p); p++)
		if (x < INT64_C(100000000000000000))
			x = 10 * x + (*p - '0');
	if (p == first)
		return -1;
	sc->exp += minus ? -x : x;
	*s = p;
	return 0;
}

static int
scan_num(struct scan *sc, const char *s, size_t n)
{
	const char	*end = s + n;
	size_t		 digits;

	*sc = (struct scan){ .exact = true };
	if (s < end && (*s == '-' || *s == '+'))
		sc->minus = *s++ == '-';
	digits = scan_digits(sc, &s, end, false);
	if (s < end && *s == '.') {
		s++;
		digits += scan_digits(sc, &s, end, true);
	}
	if (digits == 0)
		return -1;
	if (s < end && (*s == 'e' || *s == 'E') && scan_exp(sc, &s, end) < 0)
		return -1;
	return s == end ? 0 : -1;
}

/* strtod(3), for a text that scan_num() has found to be a number. */
static int
parse_slow(const char *s, size_t n, double *v)
{
	char	 small[128], *p = small;
	double	 x;

	if (n >= sizeof(small)) {
		p = tp_strndup(s, n);
	} else {
		memcpy(small, s, n);
		small[n] = '\0';
	}
	x = strtod(p, NULL);
	if (p != small)
		free(p);
	if (!isfinite(x))
		return -1;
	*v = x;
	return 0;
}

/*
 * The numbers of most fields: at most 16 characters, a minus, digits and a
 * point, which make an exact integer and power of ten.  False for others.
 */
static bool
parse_plain(const char *s, size_t n, double *v)
{
	const char	*end = s + n, *point = end;
	uint64_t	 mant = 0;
	bool		 minus = n > 0 && *s == '-';

	if (n < 1 || n > 16)
		return false;
	s += minus;
	for (; s < end && is_digit(*s); s++)
		mant = 10 * mant + (uint64_t)(*s - '0');
	if (s < end && *s == '.')
		for (point = ++s; s < end && is_digit(*s); s++)
			mant = 10 * mant + (uint64_t)(*s - '0');
	if (s < end || mant == 0 || mant > (uint64_t)EXACT_INT)
		return false;
	*v = (double)mant / pow10_tab[end - point];
	if (minus)
		*v = -*v;
	return true;
}

int
tp_parse_num(const char *s, size_t n, double *v)
{
	struct scan	sc;
	double		x;

	if (parse_plain(s, n, v))
		return 0;
	if (scan_num(&sc, s, n) < 0)
		return -1;
	if (sc.exact && sc.mant == 0) {
		*v = sc.minus ? -0.0 : 0.0;
		return 0;
	}
	if (!sc.exact || sc.mant > (uint64_t)EXACT_INT ||
	    sc.exp < -EXACT_POW || sc.exp > EXACT_POW)
		return parse_slow(s, n, v);
	x = (double)sc.mant;
	x = sc.exp < 0 ? x / pow10_tab[-sc.exp] : x * pow10_tab[sc.exp];
	*v = sc.minus ? -x : x;
	return 0;
}

int
tp_parse_padded(const char *s, size_t n, unsigned decimals, double *v)
{
	bool		 minus = *s == '-';
	size_t		 whole = n - minus;
	const char	*p = s + minus;
	uint64_t	 mant;

	if (decimals > 0)
		whole -= decimals + 1;
	if (whole > 8 || decimals > 8)
		return tp_parse_num(s, n, v);
	mant = tp_digits_of(p, (unsigned)whole);
	if (decimals > 0)
		mant = mant * tp_digits_pow[decimals] +
		    tp_digits_of(p + whole + 1, decimals);
	if (mant > (uint64_t)EXACT_INT)
		return tp_parse_num(s, n, v);
	*v = (double)(int64_t)mant / pow10_tab[decimals];
	if (minus)
		*v = -*v;
	return 0;
}

bool
tp_ends_with(const char *s, const char *end)
{
	size_t	n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

int
tp_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
tp_parse_int(const char *s, size_t n, int64_t *v)
{
	const char	*end = s + n;
	uint64_t	 u = 0, limit = INT64_MAX;
	bool		 minus = false;

	if (s < end && (*s == '-' || *s == '+'))
		minus = *s++ == '-';
	limit += minus;
	if (s == end)
		return -1;
	for (; s < end; s++) {
		uint64_t	d = (uint64_t)(*s - '0');

		if (!is_digit(*s) || u > (limit - d) / 10)
			return -1;
		u = 10 * u + d;
	}
	*v = (int64_t)(minus ? 0 - u : u);
	return 0;
}
