/* SPDX-License-Identifier: BSD-3-Clause */
/* A profile for people and programs: every length in all units, shares, and rates on a link. */
#include "traffic/profile.h"

#include <string.h>

#include <csv.h>
#include <json-glib/json-glib.h>

#include "analyze/base/error.h"
#include "traffic/frame.h"
#include "traffic/profile_private.h"
#include "traffic/rate.h"

enum { REPORT_SCHEMA = 1 };

/* A frame's length as each unit counts it, less the frame's. */
static const struct {
	const char *name;
	int offset;
} units[] = {
	{ "frame", 0 },
	{ "ip", -(FRAME_ETH_LEN + FRAME_FCS_LEN) },
	{ "mbuf", -FRAME_FCS_LEN },
	{ "wire", FRAME_GAP_LEN },
};

/* What all formats show. */
struct report {
	const profile *p;
	double link_bps; /* 0: no link */
	double mean, stddev;
	double pps; /* on the link; 0 without one */
};

static double class_bytes_share(const struct report *r, uint32_t i)
{
	return r->p->classes[i].share * profile_class_mean_len(r->p, i) / r->mean;
}

static gboolean is_padded(const profile *p, const struct profile_class *c)
{
	return c->listed_lo + profile_unit_overhead(p->unit) < FRAME_LEN_MIN;
}

static char *number(const char *format, double value)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];

	return g_strdup(g_ascii_formatd(digits, sizeof(digits), format, value));
}

static char *length_range(uint32_t lo, uint32_t hi, int offset)
{
	if (lo == hi)
		return g_strdup_printf("%d", (int)lo + offset);
	return g_strdup_printf("%d-%d", (int)lo + offset, (int)hi + offset);
}

enum { COLUMNS = 9 }; /* listed, weight, the units, packets, bytes, pps */

static void add_row(GPtrArray *cells, const char *first, const char *weight)
{
	g_ptr_array_add(cells, g_strdup(first));
	g_ptr_array_add(cells, g_strdup(weight));
}

static void add_class_row(const struct report *r, uint32_t i, GPtrArray *cells)
{
	const struct profile_class *c = &r->p->classes[i];
	g_autofree char *listed = length_range(c->listed_lo, c->listed_hi, 0);
	g_autofree char *weight = number("%.6g", c->listed_weight);

	add_row(cells, listed, weight);
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		g_ptr_array_add(
			cells, length_range(c->frame_len_lo, c->frame_len_hi, units[u].offset));
	g_ptr_array_add(cells, number("%.3f", c->share * 100.0));
	g_ptr_array_add(cells, number("%.3f", class_bytes_share(r, i) * 100.0));
	g_ptr_array_add(cells, r->pps > 0.0 ? number("%.0f", r->pps * c->share) : g_strdup(""));
}

static void add_mean_row(const struct report *r, GPtrArray *cells)
{
	add_row(cells, "mean", "");
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		g_ptr_array_add(cells, number("%.2f", r->mean + units[u].offset));
	g_ptr_array_add(cells, g_strdup("100.000"));
	g_ptr_array_add(cells, g_strdup("100.000"));
	g_ptr_array_add(cells, r->pps > 0.0 ? number("%.0f", r->pps) : g_strdup(""));
}

static void add_head_row(const struct report *r, GPtrArray *cells)
{
	add_row(cells, profile_unit_name(r->p->unit), profile_weight_name(r->p->weight));
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		g_ptr_array_add(cells, g_strdup(units[u].name));
	g_ptr_array_add(cells, g_strdup("packets %"));
	g_ptr_array_add(cells, g_strdup("bytes %"));
	g_ptr_array_add(cells, g_strdup(r->pps > 0.0 ? "pps" : ""));
}

/* The line above the columns: what the first two are, and the next four. */
static void add_caption(const size_t *width, GString *out)
{
	size_t listed = width[0] + width[1] + 2, lengths = 0;

	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		lengths += width[2 + u] + 2;
	g_string_append_printf(out, "  %*s  %*s\n", (int)listed, "as listed", (int)lengths - 2,
		"length sent, bytes");
}

static void text_table(const struct report *r, GString *out)
{
	g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
	size_t width[COLUMNS] = { 0 };

	add_head_row(r, cells);
	for (uint32_t i = 0; i < r->p->nb_classes; i++)
		add_class_row(r, i, cells);
	add_mean_row(r, cells);
	for (guint i = 0; i < cells->len; i++)
		width[i % COLUMNS] = MAX(width[i % COLUMNS], strlen(g_ptr_array_index(cells, i)));
	add_caption(width, out);
	for (guint i = 0; i < cells->len; i++) {
		const char *cell = g_ptr_array_index(cells, i);

		if (width[i % COLUMNS] > 0)
			g_string_append_printf(out, "  %*s", (int)width[i % COLUMNS], cell);
		if (i % COLUMNS == COLUMNS - 1)
			g_string_append_c(out, '\n');
	}
}

static void text_notes(const struct report *r, GString *out)
{
	const profile *p = r->p;
	g_autoptr(GString) padded = g_string_new(NULL);
	g_autofree char *ratio_error = number("%.2g", profile_ratio_error(p) * 100.0);

	if (p->sequence_len > 0)
		g_string_append_printf(out, "period      %u frame%s%s%s\n", p->sequence_len,
			p->sequence_len == 1 ? "" : "s", p->genome != NULL ? ", " : "",
			p->genome != NULL ? p->genome : "");
	if (p->mode == PROFILE_RATIO)
		g_string_append_printf(
			out, "ratio error %s %% of the packets at most\n", ratio_error);
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		const struct profile_class *c = &p->classes[i];
		g_autofree char *listed = length_range(c->listed_lo, c->listed_hi, 0);

		if (is_padded(p, c))
			g_string_append_printf(padded, "%s%s", padded->len > 0 ? ", " : "", listed);
	}
	if (padded->len > 0)
		g_string_append_printf(out,
			"padded      %s: shorter than the least frame, padded to %d bytes\n",
			padded->str, FRAME_LEN_MIN);
	if (p->unverified != NULL)
		g_string_append_printf(out, "unverified  %s\n", p->unverified);
	if (p->synthetic != NULL)
		g_string_append_printf(out, "synthetic   %s\n", p->synthetic);
}

static char *text_report(const struct report *r)
{
	const profile *p = r->p;
	g_autofree char *mean = number("%.4f", r->mean);
	g_autofree char *stddev = number("%.4f", r->stddev);
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "%s: %s\n", p->name, p->title);
	g_string_append_printf(out, "source      %s\n", p->source);
	g_string_append_printf(out, "listed in   unit %s, weights in %s, mode %s\n",
		profile_unit_name(p->unit), profile_weight_name(p->weight),
		profile_mode_name(p->mode));
	text_notes(r, out);
	g_string_append_c(out, '\n');
	text_table(r, out);
	g_string_append_printf(
		out, "\nframe length  mean %s, standard deviation %s bytes\n", mean, stddev);
	if (r->pps > 0.0) {
		g_autofree char *pps = number("%.1f", r->pps);
		g_autofree char *l1 = rate_format_bps(r->link_bps);
		g_autofree char *l2 = rate_format_bps(rate_l2_bps(r->pps, r->mean));

		g_string_append_printf(out,
			"on a link     %s pps; layer 1 %s (with preamble and gap), layer 2 %s\n",
			pps, l1, l2);
	}
	return g_string_free(out, FALSE);
}

static void csv_text(GString *out, const char *text)
{
	size_t len = strlen(text),
	       room = 2 * len + 2; /* every character a quote, and quotes around */
	g_autofree char *quoted = g_malloc(room);

	g_string_append_len(out, quoted, (gssize)csv_write(quoted, room, text, len));
}

static void csv_number(GString *out, double value)
{
	g_autofree char *digits = number("%.12g", value);

	g_string_append_printf(out, ",%s", digits);
}

static char *csv_report(const struct report *r)
{
	const profile *p = r->p;
	GString *out = g_string_new("schema,profile,class,unit,listed_lo,listed_hi,listed_weight");

	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		g_string_append_printf(out, ",%s_lo,%s_hi", units[u].name, units[u].name);
	g_string_append(out, ",mean_frame_len,packet_share,byte_share,pps\n");
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		const struct profile_class *c = &p->classes[i];

		g_string_append_printf(out, "%d,", REPORT_SCHEMA);
		csv_text(out, p->name);
		g_string_append_printf(out, ",%u,%s,%u,%u", i, profile_unit_name(p->unit),
			c->listed_lo, c->listed_hi);
		csv_number(out, c->listed_weight);
		for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
			g_string_append_printf(out, ",%d,%d",
				(int)c->frame_len_lo + units[u].offset,
				(int)c->frame_len_hi + units[u].offset);
		csv_number(out, profile_class_mean_len(p, i));
		csv_number(out, c->share);
		csv_number(out, class_bytes_share(r, i));
		if (r->pps > 0.0)
			csv_number(out, r->pps * c->share);
		else
			g_string_append_c(out, ',');
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

static void json_text(JsonBuilder *b, const char *key, const char *value)
{
	json_builder_set_member_name(b, key);
	if (value != NULL)
		json_builder_add_string_value(b, value);
	else
		json_builder_add_null_value(b);
}

static void json_int(JsonBuilder *b, const char *key, gint64 value)
{
	json_builder_set_member_name(b, key);
	json_builder_add_int_value(b, value);
}

static void json_double(JsonBuilder *b, const char *key, double value)
{
	json_builder_set_member_name(b, key);
	json_builder_add_double_value(b, value);
}

static void json_class(const struct report *r, uint32_t i, JsonBuilder *b)
{
	const struct profile_class *c = &r->p->classes[i];

	json_builder_begin_object(b);
	json_int(b, "listed_lo", c->listed_lo);
	json_int(b, "listed_hi", c->listed_hi);
	json_double(b, "listed_weight", c->listed_weight);
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++) {
		g_autofree char *lo = g_strconcat(units[u].name, "_lo", NULL);
		g_autofree char *hi = g_strconcat(units[u].name, "_hi", NULL);

		json_int(b, lo, (gint64)c->frame_len_lo + units[u].offset);
		json_int(b, hi, (gint64)c->frame_len_hi + units[u].offset);
	}
	json_double(b, "mean_frame_len", profile_class_mean_len(r->p, i));
	json_double(b, "packet_share", c->share);
	json_double(b, "byte_share", class_bytes_share(r, i));
	if (r->pps > 0.0)
		json_double(b, "pps", r->pps * c->share);
	json_builder_set_member_name(b, "padded");
	json_builder_add_boolean_value(b, is_padded(r->p, c));
	json_builder_end_object(b);
}

static void json_profile(const struct report *r, JsonBuilder *b)
{
	const profile *p = r->p;

	json_int(b, "schema", REPORT_SCHEMA);
	json_text(b, "profile", p->name);
	json_text(b, "spec", p->spec);
	json_text(b, "title", p->title);
	json_text(b, "source", p->source);
	json_text(b, "unverified", p->unverified);
	json_text(b, "synthetic", p->synthetic);
	json_text(b, "unit", profile_unit_name(p->unit));
	json_text(b, "weight", profile_weight_name(p->weight));
	json_text(b, "mode", profile_mode_name(p->mode));
	json_text(b, "genome", p->genome);
	json_int(b, "period_frames", p->sequence_len);
	json_double(b, "ratio_error", profile_ratio_error(p));
	json_double(b, "mean_frame_len", r->mean);
	json_double(b, "stddev_frame_len", r->stddev);
	if (r->pps > 0.0) {
		json_double(b, "link_bps", r->link_bps);
		json_double(b, "pps", r->pps);
		json_double(b, "l1_bps", rate_l1_bps(r->pps, r->mean));
		json_double(b, "l2_bps", rate_l2_bps(r->pps, r->mean));
	}
}

static char *json_report(const struct report *r)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(b);
	json_profile(r, b);
	json_builder_set_member_name(b, "classes");
	json_builder_begin_array(b);
	for (uint32_t i = 0; i < r->p->nb_classes; i++)
		json_class(r, i, b);
	json_builder_end_array(b);
	json_builder_end_object(b);
	root = json_builder_get_root(b);
	text = json_to_string(root, TRUE);
	return g_strconcat(text, "\n", NULL);
}

char *profile_report(const profile *p, const char *format, double link_bps, GError **error)
{
	static const struct {
		const char *name;
		char *(*write)(const struct report *r); /* Mandatory. Once. */
	} formats[] = { { "text", text_report }, { "csv", csv_report }, { "json", json_report } };
	struct report r = { .p = p, .mean = profile_mean_frame_len(p) };

	r.stddev = profile_stddev_frame_len(p);
	if (link_bps > 0.0) {
		r.link_bps = link_bps;
		r.pps = rate_line_pps(link_bps, r.mean);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
		if (strcmp(format, formats[i].name) == 0)
			return formats[i].write(&r);
	g_set_error(error, INPUT_ERROR, INPUT_ERROR_NOT_FOUND,
		"format '%s' is not known; write text, csv or json", format);
	return NULL;
}
