#include "graph/snap.h"

#include <ctype.h>

#define NEAR_MAX	64	/* edges looked at around a sensor */
#define NAME_DIFFERS	0.6

/* The next letter or digit at or behind *p, in lower case; 0 at the end. */
static int
next_letter(const char **p)
{
	while (**p != '\0' && !isalnum((unsigned char)**p))
		++*p;
	return **p == '\0' ? 0 : tolower((unsigned char)*(*p)++);
}

/* True where a begins b, letters and digits only: "I-405" and "I 405 N". */
static bool
begins(const char *a, const char *b)
{
	int	c;

	while ((c = next_letter(&a)) != 0)
		if (c != next_letter(&b))
			return false;
	return true;
}

static double
name_factor(const struct tp_sites *s, const struct tp_site *site,
    const char *edge)
{
	const char	*road;

	if (site->road == 0 || *edge == '\0')
		return 1;
	road = s->roads.keys[site->road - 1].p;
	return begins(road, edge) || begins(edge, road) ? 1 : NAME_DIFFERS;
}

struct tp_link
tp_snap_sensor(const struct tp_locate *l, const struct tp_sites *s, size_t i,
    double metres, float *rival)
{
	const struct tp_site	*site = &s->v[i];
	const struct tp_graph	*g = l->g;
	struct tp_spot		 near[NEAR_MAX];
	struct tp_link		 best = { .edge = TP_GRAPH_NONE };
	size_t			 n, k;

	*rival = 0;
	n = tp_locate_near(l, s->points[site->point], metres, near, NEAR_MAX);
	for (k = 0; k < n; k++) {
		const struct tp_spot	*p = &near[k];
		double			 d = (double)p->metres / metres;
		double			 score = exp(-3 * d * d);

		score *= name_factor(s, site, g->text + g->edge_name[p->edge]);
		if (!isnan(site->heading)) {
			double	turn = tp_heading_apart((double)p->heading,
				    (double)site->heading);

			/* 1 along, 1/4 across, 0 against */
			score *= pow((1 + cos(turn * M_PI / 180)) / 2, 2);
		}
		if ((float)score <= best.score) {
			*rival = (float)score > *rival ? (float)score :
			    *rival;
			continue;
		}
		*rival = best.score;
		best = (struct tp_link){
			p->edge, p->along_cm, p->along_cm, (float)score,
		};
	}
	return best;
}
