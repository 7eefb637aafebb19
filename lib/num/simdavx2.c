/* For x86 CPUs from 2013 on; compiled with -mavx2 -mfma where possible. */
#ifdef __AVX2__
#define SIMD		tp_simd_avx2
#define SIMD_NAME	"avx2"
#define WIDTH		32
#define ROWS		6
#include "num/simdbody.inc"
#else
#include "num/simd.h"
const struct tp_simd	tp_simd_avx2;
#endif
