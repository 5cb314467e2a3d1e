/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/draw/svg.h"

#include <string.h>

#include "analyze/base/html.h"
#include "plots/draw/error.h"

struct reader {
	GString *to;
	const char *prefix, *title, *text;
	gboolean open;    /* a start tag still lacks its end */
	unsigned depth;   /* of elements */
	unsigned skipped; /* > 0: within gnuplot's title or description */
};

static void close_tag(struct reader *r)
{
	if (r->open)
		g_string_append_c(r->to, '>');
	r->open = FALSE;
}

static void append_attribute(
	struct reader *r, const char *name, const char *before, const char *value)
{
	g_string_append_printf(r->to, " %s=\"%s", name, before);
	html_append(r->to, value);
	g_string_append_c(r->to, '"');
}

/* "url(#a)" within a value, as filters, patterns and clip paths are named. */
static char *prefixed_urls(const char *value, const char *prefix)
{
	g_auto(GStrv) parts = g_strsplit(value, "url(#", -1);
	g_autofree char *between = g_strconcat("url(#", prefix, NULL);

	return g_strjoinv(between, parts);
}

static void put_attribute(struct reader *r, const char *name, const char *value)
{
	if (strcmp(name, "id") == 0) {
		append_attribute(r, name, r->prefix, value);
	} else if (strcmp(name, "href") == 0 || strcmp(name, "xlink:href") == 0) {
		g_autofree char *to = g_strconcat("#", r->prefix, NULL);

		/* An image of another file would be a page that is not all there. */
		if (*value == '#')
			append_attribute(r, "href", to, value + 1);
	} else if (!g_str_has_prefix(name, "xmlns:") && !g_str_has_prefix(name, "on")) {
		g_autofree char *urls = prefixed_urls(value, r->prefix);

		append_attribute(r, name, "", urls);
	}
}

static void put_root(struct reader *r)
{
	g_string_append_printf(r->to,
		" role=\"img\" aria-labelledby=\"%stitle %stext\">\n<title id=\"%stitle\">",
		r->prefix, r->prefix, r->prefix);
	html_append(r->to, r->title);
	g_string_append_printf(r->to, "</title>\n<desc id=\"%stext\">", r->prefix);
	html_append(r->to, r->text);
	g_string_append(r->to, "</desc>");
}

static void start_element(GMarkupParseContext *context, const char *name, const char **names,
	const char **values, gpointer user, GError **error)
{
	struct reader *r = user;

	(void)context;
	if (r->depth == 0 && strcmp(name, "svg") != 0) {
		(void)plots_fail(error, PLOTS_ERROR_GNUPLOT,
			"the drawing begins with <%s>, not with <svg>", name);
		return;
	}
	if (r->skipped > 0 ||
		(r->depth == 1 && (strcmp(name, "title") == 0 || strcmp(name, "desc") == 0)) ||
		strcmp(name, "script") == 0) {
		r->skipped++;
		return;
	}
	close_tag(r);
	g_string_append_printf(r->to, "<%s", name);
	for (guint i = 0; names[i] != NULL; i++)
		put_attribute(r, names[i], values[i]);
	if (r->depth++ == 0)
		put_root(r);
	else
		r->open = TRUE;
}

static void end_element(
	GMarkupParseContext *context, const char *name, gpointer user, GError **error)
{
	struct reader *r = user;

	(void)context;
	(void)error;
	if (r->skipped > 0) {
		r->skipped--;
		return;
	}
	r->depth--;
	if (r->open)
		g_string_append(r->to, "/>");
	else
		g_string_append_printf(r->to, "</%s>", name);
	r->open = FALSE;
}

static void put_text(
	GMarkupParseContext *context, const char *text, gsize len, gpointer user, GError **error)
{
	struct reader *r = user;
	g_autofree char *whole = g_strndup(text, len);

	(void)context;
	(void)error;
	if (r->skipped > 0 || r->depth == 0)
		return;
	close_tag(r);
	html_append(r->to, whole);
}

char *svg_inline(const char *drawing, const char *prefix, const char *title, const char *text,
	GError **error)
{
	const GMarkupParser parser = { start_element, end_element, put_text, NULL, NULL };
	g_autoptr(GString) to = g_string_new(NULL);
	struct reader r = { .to = to, .prefix = prefix, .title = title, .text = text };
	g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(
		&parser, G_MARKUP_TREAT_CDATA_AS_TEXT | G_MARKUP_PREFIX_ERROR_POSITION, &r, NULL);

	if (!g_markup_parse_context_parse(context, drawing, (gssize)strlen(drawing), error) ||
		!g_markup_parse_context_end_parse(context, error)) {
		g_prefix_error(error, "gnuplot's drawing of '%s': ", title);
		return NULL;
	}
	g_string_append_c(to, '\n');
	return g_string_free(g_steal_pointer(&to), FALSE);
}
