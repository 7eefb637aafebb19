/*
 * What all pictures have in common: the terminal, fonts and colours of the
 * script, texts that are safe in it, and axes of time in a zone.
 */
#ifndef TP_PLOT_PAGE_H
#define TP_PLOT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "rec/rec.h"

enum tp_page_kind { TP_PAGE_PNG, TP_PAGE_SVG, TP_PAGE_TEXT };

/* Plain data; texts are borrowed. */
struct tp_page {
	enum tp_page_kind kind;
	int		 width, height;	/* pixels; TEXT: columns and lines */
	bool		 colour;	/* TEXT: ANSI colours */
	bool		 utf8;		/* TEXT: the terminal shows UTF-8 */
	const char	*title;		/* NULL: the picture's own */
	struct tp_tz	*tz;
	const char	*tz_name;
};

/* Colours that people with any kind of colour vision tell apart (Okabe & Ito
 * 2008), as gnuplot takes them. */
#define TP_COLOUR_MODEL	"#0072b2"
#define TP_COLOUR_BAND	"#56b4e9"
#define TP_COLOUR_BASE	"#d55e00"
#define TP_COLOUR_MEAN	"#009e73"
#define TP_COLOUR_OTHER	"#cc79a7"
#define TP_COLOUR_TRUTH	"#222222"
#define TP_COLOUR_GAP	"#c9c9c9"
#define TP_COLOUR_TEXT	"#333333"
#define TP_COLOUR_GRID	"#dddddd"

/* The first lines of a script: terminal, font, borders, grid. */
void tp_page_begin(const struct tp_page *p, struct tp_buf *b);

/*
 * Appends n bytes as a quoted string of gnuplot, cut off after max
 * characters.  Nothing in it has a meaning to gnuplot or a terminal.
 */
void tp_page_text(struct tp_buf *b, const char *s, size_t n, size_t max);

/*
 * Appends the page's title, or else the one given, as the argument of "set
 * title" or "set multiplot title", in a font that fits the page's width.
 */
void tp_page_title(const struct tp_page *p, struct tp_buf *b,
    const char *title);

/*
 * "set xtics" and "set xlabel" for times lo..hi (ms) drawn as seconds after
 * lo over an axis of so many pixels (or columns); at most about one label
 * every 90 pixels.
 */
void tp_page_time_axis(const struct tp_page *p, struct tp_buf *b,
    int64_t lo, int64_t hi, int axis);

/* Appends "1 Mar to 27 Jun 2012", or of one day "26 Jun 2012". */
void tp_page_dates(const struct tp_page *p, struct tp_buf *b, int64_t lo,
    int64_t hi);

/* How large a font of the page's size is, 1 being 1000 x 600. */
double tp_page_scale(const struct tp_page *p);

/* "mph" or "km/h". */
const char *tp_page_unit(enum tp_unit u);

/* What gnuplot left to do: in SVG, cells keep sharp edges; in text, blanks at
 * the ends go. */
void tp_page_finish(const struct tp_page *p, struct tp_buf *picture);

#endif
