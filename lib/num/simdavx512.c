/* For x86 CPUs with AVX-512; compiled with -mavx512f where possible. */
#ifdef __AVX512F__
#define SIMD		tp_simd_avx512
#define SIMD_NAME	"avx512"
#define WIDTH		64
#define ROWS		12
#include "num/simdbody.inc"
#else
#include "num/simd.h"
const struct tp_simd	tp_simd_avx512;
#endif
