/* Any text as an endpoint: what is taken is within its limits. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/kuri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_kuri	u;
	struct tp_err	e = { 0 };
	char		*s = tp_strndup((const char *)data, n);
	size_t		 i;

	if (tp_kuri_parse(&u, s, &e) == -1) {
		if (e.code != TP_EXIT_USAGE || e.text[0] == '\0' ||
		    u.topic != NULL || u.parts != NULL)
			abort();
	} else {
		if (tp_kuri_topic_fault(u.topic) != NULL ||
		    u.nparts > TP_KURI_PARTS_MAX ||
		    (u.group != NULL && (u.group[0] == '\0' ||
		    strlen(u.group) > TP_KURI_NAME_MAX)) ||
		    (u.instance != NULL && u.instance[0] == '\0') ||
		    (u.from == TP_KURI_FROM_TIME && u.from_ms < 0))
			abort();
		for (i = 0; i < u.nparts; i++)
			if (u.parts[i] < (i == 0 ? 0 : u.parts[i - 1] + 1))
				abort();
		tp_kuri_release(&u);
	}
	free(s);
	return 0;
}
