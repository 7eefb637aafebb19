/* XGBoost's JSON: what is taken must be trees that can be walked. */
#include "anytrees.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	take_trees(tp_import_xgboost, data, n);
	return 0;
}
