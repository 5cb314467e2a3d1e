/* SPDX-License-Identifier: BSD-3-Clause */
/* A profile for people and programs: every length in all units, shares, and rates on a link. */
#include "traffic/profile.h"

#include <math.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "analyze/base/error.h"
#include "analyze/base/text.h"
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

/* "64", "64-128". */
static void append_range(GString *to, uint32_t lo, uint32_t hi, int offset)
{
	g_string_append_printf(to, "%d", (int)lo + offset);
	if (lo != hi)
		g_string_append_printf(to, "-%d", (int)hi + offset);
}

enum { COLUMNS = 9 }; /* listed, weight, the units, packets, bytes, pps */

/* Lines of cells with tabs between them: the heads, the classes, their mean. */
static void append_cells(const struct report *r, GString *to)
{
	g_string_append_printf(
		to, "%s\t%s", profile_unit_name(r->p->unit), profile_weight_name(r->p->weight));
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		g_string_append_printf(to, "\t%s", units[u].name);
	g_string_append_printf(to, "\tpackets %%\tbytes %%\t%s\n", r->pps > 0.0 ? "pps" : "");
	for (uint32_t i = 0; i < r->p->nb_classes; i++) {
		const struct profile_class *c = &r->p->classes[i];

		append_range(to, c->listed_lo, c->listed_hi, 0);
		g_string_append_printf(to, "\t%.6g", c->listed_weight);
		for (size_t u = 0; u < G_N_ELEMENTS(units); u++) {
			g_string_append_c(to, '\t');
			append_range(to, c->frame_len_lo, c->frame_len_hi, units[u].offset);
		}
		g_string_append_printf(
			to, "\t%.3f\t%.3f\t", c->share * 100.0, class_bytes_share(r, i) * 100.0);
		if (r->pps > 0.0)
			g_string_append_printf(to, "%.0f", r->pps * c->share);
		g_string_append_c(to, '\n');
	}
	g_string_append(to, "mean\t");
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		g_string_append_printf(to, "\t%.2f", r->mean + units[u].offset);
	g_string_append(to, "\t100.000\t100.000\t");
	if (r->pps > 0.0)
		g_string_append_printf(to, "%.0f", r->pps);
}

static void text_table(const struct report *r, GString *out)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(GStrv) cells = NULL;
	int width[COLUMNS] = { 0 }, lengths = -2;

	append_cells(r, text);
	cells = g_strsplit_set(text->str, "\t\n", -1);
	for (guint i = 0; cells[i] != NULL; i++)
		width[i % COLUMNS] = MAX(width[i % COLUMNS], (int)strlen(cells[i]));
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++)
		lengths += width[2 + u] + 2;
	/* The line above the columns: what the first two are, and the next four. */
	g_string_append_printf(out, "  %*s  %*s\n", width[0] + width[1] + 2, "as listed", lengths,
		"frame length, bytes");
	for (guint i = 0; cells[i] != NULL; i++) {
		if (width[i % COLUMNS] > 0)
			g_string_append_printf(out, "  %*s", width[i % COLUMNS], cells[i]);
		if (i % COLUMNS == COLUMNS - 1)
			g_string_append_c(out, '\n');
	}
}

static void text_notes(const struct report *r, GString *out)
{
	const profile *p = r->p;
	g_autoptr(GString) padded = g_string_new(NULL);

	if (p->sequence_len > 0)
		g_string_append_printf(out, "period      %u frame%s%s%s\n", p->sequence_len,
			text_plural(p->sequence_len), p->genome != NULL ? ", " : "",
			p->genome != NULL ? p->genome : "");
	if (p->mode == PROFILE_RATIO)
		g_string_append_printf(out, "ratio error at most %.2g %% of the packets\n",
			profile_ratio_error(p) * 100.0);
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		const struct profile_class *c = &p->classes[i];

		if (!is_padded(p, c))
			continue;
		g_string_append(padded, padded->len > 0 ? ", " : "");
		append_range(padded, c->listed_lo, c->listed_hi, 0);
	}
	if (padded->len > 0)
		g_string_append_printf(out,
			"padded      %s: below the minimum frame length, padded to %d bytes\n",
			padded->str, FRAME_LEN_MIN);
	if (p->unverified != NULL)
		g_string_append_printf(out, "unverified  %s\n", p->unverified);
	if (p->synthetic != NULL)
		g_string_append_printf(out, "synthetic   %s\n", p->synthetic);
}

static char *text_report(const struct report *r)
{
	const profile *p = r->p;
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, "%s: %s\n", p->name, p->title);
	g_string_append_printf(out, "source      %s\n", p->source);
	g_string_append_printf(out, "listed in   unit %s, weights in %s, mode %s\n",
		profile_unit_name(p->unit), profile_weight_name(p->weight),
		profile_mode_name(p->mode));
	text_notes(r, out);
	g_string_append_c(out, '\n');
	text_table(r, out);
	g_string_append_printf(out, "\nframe length  mean %.4f, standard deviation %.4f bytes\n",
		r->mean, r->stddev);
	if (r->pps > 0.0) {
		g_autofree char *l1 = rate_format_bps(r->link_bps);
		g_autofree char *l2 = rate_format_bps(rate_l2_bps(r->pps, r->mean));

		g_string_append_printf(out,
			"on a link     %.1f pps; layer 1 %s (with preamble and gap), layer 2 %s\n",
			r->pps, l1, l2);
	}
	return g_string_free(out, FALSE);
}

/* A number of a class, as CSV and JSON call it. */
struct figure {
	char key[24];
	gboolean whole;
	double value; /* NAN: there is none */
};

enum { FIGURES = 3 + 2 * G_N_ELEMENTS(units) + 4 };

static void set_figures(const struct report *r, uint32_t i, struct figure figures[FIGURES])
{
	const struct profile_class *c = &r->p->classes[i];
	struct figure *f = figures;

	*f++ = (struct figure){ "listed_lo", TRUE, c->listed_lo };
	*f++ = (struct figure){ "listed_hi", TRUE, c->listed_hi };
	*f++ = (struct figure){ "listed_weight", FALSE, c->listed_weight };
	for (size_t u = 0; u < G_N_ELEMENTS(units); u++) {
		*f = (struct figure){ "", TRUE, (double)c->frame_len_lo + units[u].offset };
		g_snprintf(f->key, sizeof(f->key), "%s_lo", units[u].name);
		*++f = (struct figure){ "", TRUE, (double)c->frame_len_hi + units[u].offset };
		g_snprintf(f->key, sizeof(f->key), "%s_hi", units[u].name);
		f++;
	}
	*f++ = (struct figure){ "mean_frame_len", FALSE, profile_class_mean_len(r->p, i) };
	*f++ = (struct figure){ "packet_share", FALSE, c->share };
	*f++ = (struct figure){ "byte_share", FALSE, class_bytes_share(r, i) };
	*f++ = (struct figure){ "pps", FALSE, r->pps > 0.0 ? r->pps * c->share : NAN };
}

static char *csv_report(const struct report *r)
{
	const profile *p = r->p;
	struct figure figures[FIGURES];
	GString *out = g_string_new("schema,profile,class,unit");

	set_figures(r, 0, figures); /* of a profile there is one at least */
	for (size_t k = 0; k < FIGURES; k++)
		g_string_append_printf(out, ",%s", figures[k].key);
	for (uint32_t i = 0; i < p->nb_classes; i++) {
		/* A name has nothing that is to be escaped. */
		g_string_append_printf(out, "\n%d,\"%s\",%u,%s", REPORT_SCHEMA, p->name, i,
			profile_unit_name(p->unit));
		set_figures(r, i, figures);
		for (size_t k = 0; k < FIGURES; k++) {
			g_string_append_c(out, ',');
			if (!isnan(figures[k].value))
				g_string_append_printf(out, "%.12g", figures[k].value);
		}
	}
	g_string_append_c(out, '\n');
	return g_string_free(out, FALSE);
}

static JsonObject *json_class(const struct report *r, uint32_t i)
{
	JsonObject *o = json_object_new();
	struct figure figures[FIGURES];

	set_figures(r, i, figures);
	for (const struct figure *f = figures; f < figures + FIGURES; f++) {
		if (f->whole)
			json_object_set_int_member(o, f->key, (gint64)f->value);
		else if (!isnan(f->value))
			json_object_set_double_member(o, f->key, f->value);
	}
	json_object_set_boolean_member(o, "padded", is_padded(r->p, &r->p->classes[i]));
	return o;
}

static char *json_report(const struct report *r)
{
	const profile *p = r->p;
	JsonObject *o = json_object_new();
	JsonArray *classes = json_array_new();
	g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), o);
	g_autofree char *text = NULL;

	json_object_set_int_member(o, "schema", REPORT_SCHEMA);
	json_object_set_string_member(o, "profile", p->name);
	json_object_set_string_member(o, "spec", p->spec);
	json_object_set_string_member(o, "title", p->title);
	json_object_set_string_member(o, "source", p->source);
	json_object_set_string_member(o, "unverified", p->unverified);
	json_object_set_string_member(o, "synthetic", p->synthetic);
	json_object_set_string_member(o, "unit", profile_unit_name(p->unit));
	json_object_set_string_member(o, "weight", profile_weight_name(p->weight));
	json_object_set_string_member(o, "mode", profile_mode_name(p->mode));
	json_object_set_string_member(o, "genome", p->genome);
	json_object_set_int_member(o, "period_frames", p->sequence_len);
	json_object_set_double_member(o, "ratio_error", profile_ratio_error(p));
	json_object_set_double_member(o, "mean_frame_len", r->mean);
	json_object_set_double_member(o, "stddev_frame_len", r->stddev);
	if (r->pps > 0.0) {
		json_object_set_double_member(o, "link_bps", r->link_bps);
		json_object_set_double_member(o, "pps", r->pps);
		json_object_set_double_member(o, "l1_bps", rate_l1_bps(r->pps, r->mean));
		json_object_set_double_member(o, "l2_bps", rate_l2_bps(r->pps, r->mean));
	}
	for (uint32_t i = 0; i < p->nb_classes; i++)
		json_array_add_object_element(classes, json_class(r, i));
	json_object_set_array_member(o, "classes", classes);
	json_object_unref(o); /* root has it */
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
	return input_null(
		error, INPUT_ERROR_NOT_FOUND, "invalid format '%s' (text, csv, json)", format);
}
