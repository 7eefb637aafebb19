/* LightGBM's text: what is taken must be trees that can be walked. */
#include "anytrees.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	take_trees(tp_import_lightgbm, data, n);
	return 0;
}
