/*
 * Replays corpus files through a fuzz target without libFuzzer: one line a
 * file, so that a crash shows which one it was.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Reads a whole file into memory of exactly its size; dies if it cannot. */
static uint8_t *
read_file(const char *path, size_t *n)
{
	FILE	*f = fopen(path, "rb");
	uint8_t	*p;
	long	 size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		perror(path);
		exit(2);
	}
	rewind(f);
	*n = (size_t)size;
	p = malloc(*n > 0 ? *n : 1);
	if (p == NULL || fread(p, 1, *n, f) != *n) {
		perror(path);
		exit(2);
	}
	fclose(f);
	return p;
}

int
main(int argc, char **argv)
{
	int	i;

	for (i = 1; i < argc; i++) {
		size_t	 n;
		uint8_t	*p = read_file(argv[i], &n);

		/* Printed first: if it crashes, the last line names it. */
		printf("%s\n", argv[i]);
		fflush(stdout);
		LLVMFuzzerTestOneInput(p, n);
		free(p);
	}
	return 0;
}
