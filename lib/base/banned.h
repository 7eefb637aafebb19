/*
 * Functions that overflow, guess or hide errors: using one is a compile
 * error that names the replacement.
 */
#ifndef TP_BASE_BANNED_H
#define TP_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#define strcpy(d, s) use_tp_buf_instead_of_strcpy
#undef strcat
#define strcat(d, s) use_tp_buf_instead_of_strcat
#undef strncpy
#define strncpy(d, s, n) use_tp_buf_instead_of_strncpy
#undef strncat
#define strncat(d, s, n) use_tp_buf_instead_of_strncat
#undef strtok
#define strtok(s, d) use_strcspn_instead_of_strtok
#undef sprintf
#define sprintf(...) use_snprintf_instead_of_sprintf
#undef vsprintf
#define vsprintf(...) use_vsnprintf_instead_of_vsprintf
#undef atoi
#define atoi(s) use_tp_parse_int_instead_of_atoi
#undef atof
#define atof(s) use_tp_parse_num_instead_of_atof
#undef localtime
#define localtime(t) use_tp_tz_instead_of_localtime
#undef gmtime
#define gmtime(t) use_tp_civil_instead_of_gmtime

#endif
