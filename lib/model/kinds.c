#include "model/model.h"

#include <string.h>

const struct tp_model_kind *const tp_model_kinds[] = {
	&tp_model_persistence, &tp_model_ha, &tp_model_linear, &tp_model_tree,
	&tp_model_forest, &tp_model_gbt, &tp_model_mlp, &tp_model_gwnet,
	&tp_model_lstm, &tp_model_lstm_calendar, &tp_model_classify,
	&tp_model_ensemble, NULL,
};

const struct tp_model_kind *
tp_model_find(const char *name)
{
	size_t	i;

	for (i = 0; tp_model_kinds[i] != NULL; i++)
		if (strcmp(tp_model_kinds[i]->name, name) == 0)
			return tp_model_kinds[i];
	return strcmp(tp_model_dense.name, name) == 0 ? &tp_model_dense : NULL;
}

bool
tp_model_is_joint(const struct tp_model_kind *kind)
{
	return kind != &tp_model_persistence && kind != &tp_model_ha &&
	    kind != &tp_model_linear && kind != &tp_model_lstm &&
	    kind != &tp_model_lstm_calendar;
}
