/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/base/html.h"

#include <string.h>

/* XML 1.0 section 2.2, Char, without the controls of C1, which HTML has no use for. */
static gboolean is_char(gunichar c)
{
	if (c == '\t' || c == '\n' || c == '\r')
		return TRUE;
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0xfffe && c != 0xffff;
}

void html_append(GString *to, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		const char *found = strchr(special, *at);

		if (found != NULL)
			g_string_append(to, entities[found - special]);
		else
			g_string_append_unichar(to, is_char(c) ? c : 0xfffd);
	}
}
