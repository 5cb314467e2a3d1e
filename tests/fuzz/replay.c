/* SPDX-License-Identifier: BSD-3-Clause */
/* Feeds every file of the folders given to a fuzz target once: the saved corpus as a plain test. */
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int main(int argc, char **argv)
{
	unsigned nb = 0;

	for (int i = 1; i < argc; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GDir) dir = g_dir_open(argv[i], 0, &error);
		const char *name;

		if (dir == NULL) {
			fprintf(stderr, "%s\n", error->message);
			return 1;
		}
		while ((name = g_dir_read_name(dir)) != NULL) {
			g_autofree char *path = g_build_filename(argv[i], name, NULL);
			g_autofree char *data = NULL;
			gsize len;

			if (!g_file_get_contents(path, &data, &len, &error)) {
				fprintf(stderr, "%s\n", error->message);
				return 1;
			}
			LLVMFuzzerTestOneInput((const uint8_t *)data, len);
			nb++;
		}
	}
	printf("%u inputs replayed\n", nb);
	return nb == 0; /* an empty corpus tests nothing */
}
