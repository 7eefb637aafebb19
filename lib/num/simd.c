#include "num/simd.h"

#include <stdlib.h>
#include <string.h>

static bool
has_avx512(void)
{
#ifdef __x86_64__
	return tp_simd_avx512.name != NULL &&
	    __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("fma");
#else
	return false;
#endif
}

static bool
has_avx2(void)
{
#ifdef __x86_64__
	return tp_simd_avx2.name != NULL && __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("fma");
#else
	return false;
#endif
}

const struct tp_simd *
tp_simd(void)
{
	const char	*want = getenv("TP_SIMD");

	if (want != NULL && strcmp(want, "base") == 0)
		return &tp_simd_base;
	if (has_avx512() && (want == NULL || strcmp(want, "avx2") != 0))
		return &tp_simd_avx512;
	return has_avx2() ? &tp_simd_avx2 : &tp_simd_base;
}
