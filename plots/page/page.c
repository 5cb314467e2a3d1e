/* SPDX-License-Identifier: BSD-3-Clause */
#include "plots/page/page.h"

#include "analyze/base/html.h"
#include "plots/draw/svg.h"

struct page {
	GString *head, *body;
	GString *contents; /* links to the parts */
	gboolean in_section;
	guint tables, figures;
};

page *page_new(const char *title, const char *css)
{
	page *p = g_new0(page, 1);

	p->head = g_string_new(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>");
	p->body = g_string_new(NULL);
	p->contents = g_string_new(NULL);
	html_append(p->head, title);
	g_string_append_printf(p->head,
		"</title>\n<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\"/>\n"
		"<meta name=\"color-scheme\" content=\"light "
		"dark\"/>\n<style>\n%s</style>\n</head>\n"
		"<body>\n<header>\n<h1>",
		css);
	html_append(p->head, title);
	g_string_append(p->head, "</h1>\n");
	return p;
}

void page_free(page *p)
{
	if (p == NULL)
		return;
	g_string_free(p->head, TRUE);
	g_string_free(p->body, TRUE);
	g_string_free(p->contents, TRUE);
	g_free(p);
}

/* <element class="class">text</element> */
static void put_element(GString *to, const char *element, const char *class, const char *text)
{
	g_string_append_printf(to, "<%s", element);
	if (class != NULL)
		g_string_append_printf(to, " class=\"%s\"", class);
	g_string_append_c(to, '>');
	html_append(to, text);
	g_string_append_printf(to, "</%s>\n", element);
}

/* Before the first part, what is said belongs to the head of the page. */
static GString *body_of(page *p)
{
	return p->in_section ? p->body : p->head;
}

void page_section(page *p, const char *id, const char *heading)
{
	g_string_append_printf(p->contents, "<li><a href=\"#%s\">", id);
	html_append(p->contents, heading);
	g_string_append(p->contents, "</a></li>\n");
	if (p->in_section)
		g_string_append(p->body, "</section>\n");
	p->in_section = TRUE;
	g_string_append_printf(p->body,
		"<section id=\"%s\" aria-labelledby=\"%s-heading\">\n<h2 id=\"%s-heading\">", id,
		id, id);
	html_append(p->body, heading);
	g_string_append(p->body, "</h2>\n");
}

void page_heading(page *p, const char *heading)
{
	put_element(body_of(p), "h3", NULL, heading);
}

void page_paragraph(page *p, const char *class, const char *text)
{
	put_element(body_of(p), "p", class, text);
}

void page_list(page *p, const char *class, const GPtrArray *texts)
{
	if (texts->len == 0)
		return;
	g_string_append(body_of(p), "<ul");
	if (class != NULL)
		g_string_append_printf(body_of(p), " class=\"%s\"", class);
	g_string_append(body_of(p), ">\n");
	for (guint i = 0; i < texts->len; i++)
		put_element(body_of(p), "li", NULL, g_ptr_array_index(texts, i));
	g_string_append(body_of(p), "</ul>\n");
}

void page_commands(page *p, const char *text)
{
	g_string_append(body_of(p), "<pre tabindex=\"0\"><code>");
	html_append(body_of(p), text);
	g_string_append(body_of(p), "</code></pre>\n");
}

void page_table(page *p, const char *caption, const table *t)
{
	g_autofree char *html = table_html(t);
	guint number = ++p->tables;

	/* Who has no pointer scrolls a box by keys once it has the focus. */
	g_string_append_printf(body_of(p), "<p class=\"caption\" id=\"table-%u\">", number);
	html_append(body_of(p), caption);
	g_string_append_printf(body_of(p),
		"</p>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"table-%u\" "
		"tabindex=\"0\">\n%s</div>\n",
		number, html);
}

gboolean page_figure(
	page *p, const char *caption, const char *description, const char *drawing, GError **error)
{
	g_autofree char *prefix = g_strdup_printf("figure-%u-", p->figures + 1);
	g_autofree char *svg = svg_inline(drawing, prefix, caption, description, error);

	if (svg == NULL)
		return FALSE;
	p->figures++;
	g_string_append_printf(body_of(p),
		"<figure>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"%scaption\" "
		"tabindex=\"0\">\n%s</div>\n<figcaption id=\"%scaption\">",
		prefix, svg, prefix);
	html_append(body_of(p), caption);
	g_string_append(body_of(p), "</figcaption>\n</figure>\n");
	return TRUE;
}

char *page_end(page *p)
{
	if (p->in_section)
		g_string_append(p->body, "</section>\n");
	g_string_append(p->head, "</header>\n");
	if (p->contents->len > 0)
		g_string_append_printf(p->head,
			"<nav aria-label=\"Contents\">\n<ul>\n%s</ul>\n</nav>\n", p->contents->str);
	g_string_append_printf(p->head, "<main>\n%s</main>\n</body>\n</html>\n", p->body->str);
	return g_strdup(p->head->str);
}
