/* For any machine: registers of 16 bytes. */
#define SIMD		tp_simd_base
#define SIMD_NAME	"base"
#define WIDTH		16
#define ROWS		6

#include "num/simdbody.inc"
