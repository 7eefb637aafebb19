/* What training says of a model, as a page of HTML that needs no network and
 * no script, and follows the reader's choice of light or dark. */
#ifndef TP_PLOT_TRAINPAGE_H
#define TP_PLOT_TRAINPAGE_H

#include "forecast/trainer.h"

/* A picture beside the page.  Borrowed. */
struct tp_trainpage_picture {
	const char	*file, *text;	/* what it shows */
};

/* Appends the page.  pictures end with a file NULL. */
void tp_trainpage_write(const struct tp_train_result *r,
    const struct tp_dataset *d, const struct tp_trainpage_picture *pictures,
    struct tp_buf *b);

#endif
