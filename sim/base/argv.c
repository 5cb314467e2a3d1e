/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/argv.h"

void argv_addf(GStrvBuilder *words, const char *option, const char *format, ...)
{
	g_autofree char *word = NULL;
	va_list args;

	va_start(args, format);
	word = g_strdup_vprintf(format, args);
	va_end(args);
	if (option != NULL)
		g_strv_builder_add(words, option);
	g_strv_builder_add(words, word);
}

char **argv_end(GStrvBuilder *words, va_list arguments)
{
	const char *word;

	while ((word = va_arg(arguments, const char *)) != NULL)
		g_strv_builder_add(words, word);
	return g_strv_builder_end(words);
}
