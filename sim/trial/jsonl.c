/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/jsonl.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>

#include "analyze/contract/trial_json.h"

struct jsonl {
	FILE *to;
	GString *waiting; /* whole lines, but for the part of the first one that is written */
};

struct jsonl *jsonl_new(FILE *to)
{
	struct jsonl *s = g_new0(struct jsonl, 1);

	s->to = to;
	s->waiting = g_string_new(NULL);
	return s;
}

void jsonl_free(struct jsonl *s)
{
	if (s == NULL)
		return;
	g_string_free(s->waiting, TRUE);
	g_free(s);
}

/* A pipe that is writable has room for PIPE_BUF bytes. */
static void write_waiting(struct jsonl *s, gboolean wait)
{
	struct pollfd room = { .fd = fileno(s->to), .events = POLLOUT };

	while (s->waiting->len > 0 && (wait || poll(&room, 1, 0) != 0)) {
		gsize len = MIN(s->waiting->len, PIPE_BUF);

		if (fwrite(s->waiting->str, 1, len, s->to) != len || fflush(s->to) != 0)
			len = s->waiting->len; /* the reader has gone */
		g_string_erase(s->waiting, 0, (gssize)len);
	}
}

void jsonl_tick(struct jsonl *s)
{
	if (s != NULL)
		write_waiting(s, FALSE);
}

static void add_text(GString *to, const char *key, const char *text)
{
	g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);
	g_autofree char *quoted = json_to_string(node, FALSE);

	g_string_append_printf(to, "\"%s\":%s,", key, quoted);
}

static void add_number(GString *to, const char *key, double v, const char *format)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_printf(
		to, "\"%s\":%s,", key, g_ascii_formatd(text, sizeof(text), format, v));
}

/* null: nothing came back. */
static void add_time(GString *to, const char *key, uint64_t ns)
{
	if (ns == 0)
		g_string_append_printf(to, "\"%s\":null,", key);
	else
		g_string_append_printf(to, "\"%s\":%" PRIu64 ",", key, ns);
}

static void add_head(GString *to, const char *type, const struct trial_params *p)
{
	g_autofree char *infix = trial_infix(p);

	g_string_append_c(to, '{');
	add_text(to, "type", type);
	add_text(to, "label", p->label);
	add_text(to, "infix", infix);
	g_string_append_printf(to, "\"repetition\":%u,", p->repetition);
}

/* An object ends: there is a comma too many. */
static void end_object(GString *to, const char *end)
{
	g_string_truncate(to, to->len - 1);
	g_string_append(to, end);
}

static void add_worst(GString *to, const struct jsonl_guest *g)
{
	g_string_append_printf(to, "\"worst\":{\"guest\":%u,", g->guest);
	add_text(to, "interface", g->interface);
	add_text(to, "state", g->state == NULL ? "ok" : g->state);
	g_string_append_printf(
		to, "\"offered\":%" PRIu64 ",\"forwarded\":%" PRIu64 ",", g->offered, g->forwarded);
	add_time(to, "mean_ns", g->mean_ns);
	end_object(to, "},");
}

void jsonl_second(struct jsonl *s, const struct trial_params *p, const struct trial_second *row,
	double interval_s, uint64_t offered, uint64_t forwarded, const struct jsonl_guest *worst)
{
	GString *to = s->waiting;

	add_head(to, row->drain ? "drain" : "second", p);
	add_number(to, "time_s", row->time_s, "%.6f");
	add_number(to, "interval_s", interval_s, "%.6f");
	g_string_append_printf(to,
		"\"offered\":%" PRIu64 ",\"forwarded\":%" PRIu64 ",\"refused\":%" PRIu64 ",",
		row->offered, row->forwarded, row->refused);
	add_number(to, "offered_pps", (double)row->offered / interval_s, "%.1f");
	add_number(to, "forwarded_pps", (double)row->forwarded / interval_s, "%.1f");
	add_time(to, "p50_ns", row->p50_ns);
	add_time(to, "p99_ns", row->p99_ns);
	add_time(to, "max_ns", row->max_ns);
	/* Read one after the other: forwarded may be a frame ahead. */
	g_string_append_printf(to,
		"\"total\":{\"offered\":%" PRIu64 ",\"forwarded\":%" PRIu64
		",\"outstanding\":%" PRIu64 "},",
		offered, forwarded, offered - MIN(offered, forwarded));
	if (worst != NULL)
		add_worst(to, worst);
	end_object(to, "}\n");
	write_waiting(s, FALSE);
}

static void add_drain(struct jsonl *s, const trial *t)
{
	guint nb = trial_sending_rows(t);
	const struct trial_second *row = (const struct trial_second *)(const void *)
						 t->seconds->data;

	if (nb < t->seconds->len)
		jsonl_second(s, &t->params, &row[nb],
			row[nb].time_s - (nb == 0 ? 0 : row[nb - 1].time_s), t->totals.offered,
			t->totals.forwarded, NULL);
}

void jsonl_trial(struct jsonl *s, const trial *t, gboolean measured)
{
	static const char *const members[] = { "schema", "parameters", "verdict", "totals",
		"latency", "response" };
	g_autoptr(JsonObject) all = trial_json_object(t);

	if (measured)
		add_drain(s, t);
	add_head(s->waiting, "trial", &t->params);
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		g_autofree char *value = json_to_string(
			json_object_get_member(all, members[i]), FALSE);

		g_string_append_printf(s->waiting, "\"%s\":%s,", members[i], value);
	}
	end_object(s->waiting, "}\n");
	write_waiting(s, TRUE);
}
