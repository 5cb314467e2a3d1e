/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of trials in autotest's infix grammar. */
#include "analyze/contract/trial.h"

#include <inttypes.h>
#include <string.h>

#include "analyze/contract/trial_fields.h"
#include "traffic/frame.h"

enum { FIELDS_HOST = 6, FIELDS_ONE = 9, FIELDS_MANY = 10, PPS_PER_KPPS = 1000 };

/* '_' separates the fields and '/' folders; blanks and control characters only make trouble. */
static char *name_part(const char *text)
{
	char *s = g_strdup(text != NULL && *text != '\0' ? text : "none");

	for (char *p = s; *p != '\0'; p++) {
		if (*p == '_' || *p == '/' || *p == '\\' || g_ascii_isspace(*p) ||
			g_ascii_iscntrl(*p))
			*p = '-';
	}
	return s;
}

/* "0.25", "10": up to nine decimals, none that are zero at the end. */
static char *seconds_text(double v)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE + 16];

	g_ascii_formatd(buf, sizeof(buf), "%.9f", v);
	for (size_t len = strlen(buf); len > 0 && buf[len - 1] == '0'; len--)
		buf[len - 1] = '\0';
	if (g_str_has_suffix(buf, "."))
		buf[strlen(buf) - 1] = '\0';
	return g_strdup(buf);
}

char *trial_kpps_text(uint64_t pps)
{
	GString *s = g_string_new(NULL);

	if (pps == 0)
		return g_string_free(g_string_append(s, "max"), FALSE);
	g_string_printf(s, "%" PRIu64, pps / PPS_PER_KPPS);
	if (pps % PPS_PER_KPPS != 0) {
		g_string_append_printf(s, ".%03u", (unsigned)(pps % PPS_PER_KPPS));
		while (s->str[s->len - 1] == '0')
			g_string_truncate(s, s->len - 1);
	}
	return g_string_free(s, FALSE);
}

char *trial_infix(const struct trial_params *p)
{
	g_autofree char *kpps = trial_kpps_text(p->rate_pps);

	return trial_infix_with(p, kpps);
}

char *trial_infix_with(const struct trial_params *p, const char *rate)
{
	g_autofree char *machine = name_part(p->machine), *interface = name_part(p->interface);
	g_autofree char *qemu = name_part(p->qemu), *reflector = name_part(p->reflector);
	g_autofree char *profile = name_part(p->profile);
	g_autofree char *run_time = seconds_text(p->duration_s);
	g_autofree char *head = g_strdup_printf("%s_%s_%s_vhost%s_ioregionfd%s_%s", machine,
		interface, qemu, p->vhost ? "on" : "off", p->ioregionfd ? "on" : "off", reflector);

	if (p->guests == 1 && p->frame_len > FRAME_FCS_LEN)
		return g_strdup_printf(
			"%s_%skpps_%uB_%ss", head, rate, p->frame_len - FRAME_FCS_LEN, run_time);
	return g_strdup_printf("%s_%uvms_%skpps_%s_%ss", head, p->guests, rate, profile, run_time);
}

/* Text before an ending; NULL if it has another ending or nothing before it. Newly allocated. */
static char *text_before(const char *text, const char *ending)
{
	size_t len = strlen(text), end = strlen(ending);

	if (len <= end || !g_str_has_suffix(text, ending))
		return NULL;
	return g_strndup(text, len - end);
}

static gboolean parse_whole(const char *text, const char *ending, uint32_t *out)
{
	g_autofree char *digits = text_before(text, ending);
	guint64 v;

	if (digits == NULL || !g_ascii_string_to_unsigned(digits, 10, 0, UINT32_MAX, &v, NULL))
		return FALSE;
	*out = (uint32_t)v;
	return TRUE;
}

static gboolean parse_rate(const char *text, uint64_t *pps)
{
	g_autofree char *kpps = text_before(text, "kpps");
	guint64 thousands, rest = 0;
	char *point;

	if (kpps == NULL)
		return FALSE;
	if (strcmp(kpps, "max") == 0) {
		*pps = 0;
		return TRUE;
	}
	point = strchr(kpps, '.');
	if (point != NULL) {
		char decimals[] = "000";
		size_t len = strlen(point + 1);

		if (len < 1 || len > 3)
			return FALSE;
		memcpy(decimals, point + 1, len);
		*point = '\0';
		if (!g_ascii_string_to_unsigned(decimals, 10, 0, 999, &rest, NULL))
			return FALSE;
	}
	if (!g_ascii_string_to_unsigned(
		    kpps, 10, 0, G_MAXINT64 / PPS_PER_KPPS - 1, &thousands, NULL))
		return FALSE;
	*pps = thousands * PPS_PER_KPPS + rest;
	return *pps > 0; /* autotest warms up with rate 0 but stores nothing of it */
}

static gboolean parse_seconds(const char *text, double *out)
{
	const double max_s = 1e9; /* 31 years; seconds_text() has room for it */
	g_autofree char *digits = text_before(text, "s");
	char *end;

	if (digits == NULL || strspn(digits, "0123456789.") != strlen(digits))
		return FALSE;
	*out = g_ascii_strtod(digits, &end);
	return end != digits && *end == '\0' && *out <= max_s;
}

static gboolean parse_switch(const char *text, const char *name, gboolean *out)
{
	if (!g_str_has_prefix(text, name))
		return FALSE;
	text += strlen(name);
	*out = strcmp(text, "on") == 0;
	return *out || strcmp(text, "off") == 0;
}

static gboolean parse_size(const char *text, struct trial_params *p)
{
	uint32_t size;

	if (!parse_whole(text, "B", &size) || size == 0 || size > FRAME_LEN_MAX - FRAME_FCS_LEN)
		return FALSE;
	p->guests = 1;
	p->frame_len = size + FRAME_FCS_LEN;
	g_free(p->profile);
	p->profile = g_strdup_printf("fixed-%u", p->frame_len);
	return TRUE;
}

static gboolean parse_fields(char **f, guint nb, struct trial_params *p)
{
	char **tail;

	for (guint i = 0; i < nb; i++) {
		if (*f[i] == '\0')
			return FALSE;
	}
	p->machine = g_strdup(f[0]);
	p->interface = g_strdup(f[1]);
	p->profile = g_strdup("");
	if (nb == FIELDS_HOST) {
		if (strcmp(f[0], "host") != 0)
			return FALSE;
		p->qemu = g_strdup("none");
		p->reflector = g_strdup(f[2]);
		tail = f + 3;
	} else {
		p->qemu = g_strdup(f[2]);
		p->reflector = g_strdup(f[5]);
		if (!parse_switch(f[3], "vhost", &p->vhost) ||
			!parse_switch(f[4], "ioregionfd", &p->ioregionfd))
			return FALSE;
		tail = f + 6;
	}
	if (nb == FIELDS_MANY) {
		if (!parse_whole(tail[0], "vms", &p->guests) || p->guests == 0)
			return FALSE;
		g_free(p->profile);
		p->profile = g_strdup(tail[2]);
		return parse_rate(tail[1], &p->rate_pps) && parse_seconds(tail[3], &p->duration_s);
	}
	return parse_rate(tail[0], &p->rate_pps) && parse_size(tail[1], p) &&
	       parse_seconds(tail[2], &p->duration_s);
}

gboolean trial_infix_parse(const char *infix, struct trial_params *p)
{
	g_auto(GStrv) fields = g_strsplit(infix, "_", FIELDS_MANY + 1);
	guint nb = g_strv_length(fields);

	memset(p, 0, sizeof(*p));
	if ((nb != FIELDS_HOST && nb != FIELDS_ONE && nb != FIELDS_MANY) ||
		!parse_fields(fields, nb, p)) {
		trial_params_clear(p);
		return FALSE;
	}
	for (size_t i = 0; i < trial_params_fields.nb; i++) {
		const struct trial_field *f = &trial_params_fields.rows[i];
		char **text = G_STRUCT_MEMBER_P(p, f->offset);

		if (f->kind == TRIAL_TEXT && *text == NULL)
			*text = g_strdup(f->fallback != NULL ? f->fallback : "");
	}
	return TRUE;
}

char *trial_sibling_path(const trial *t, const char *kind)
{
	g_autofree char *name = t->path != NULL ? g_path_get_basename(t->path) : NULL;
	g_autofree char *dir = NULL, *sibling = NULL;

	if (name == NULL || t->moongen != NULL || !g_str_has_prefix(name, "trial_") ||
		!g_str_has_suffix(name, ".json"))
		return NULL;
	name[strlen(name) - strlen(".json")] = '\0';
	dir = g_path_get_dirname(t->path);
	sibling = g_strdup_printf("%s_%s.csv", kind, name + strlen("trial_"));
	return g_build_filename(dir, sibling, NULL);
}
