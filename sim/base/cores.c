/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/base/cores.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "sim/base/error.h"

enum { CPU_MAX = CPU_SETSIZE - 1 };

/* "1,3": newly allocated. */
static char *set_text(const cpu_set_t *set)
{
	GString *s = g_string_new(NULL);

	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, set))
			g_string_append_printf(s, "%s%u", s->len == 0 ? "" : ",", i);
	return g_string_free(s, FALSE);
}

/* "1,3-5" into cpu[], ascending or not, each once. */
static gboolean parse_list(
	const char *option, const char *text, unsigned *cpu, unsigned *nb, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	cpu_set_t seen;

	CPU_ZERO(&seen);
	*nb = 0;
	for (char **p = parts; *p != NULL; p++) {
		g_auto(GStrv) ends = g_strsplit(*p, "-", 2);
		guint64 lo, hi;

		if (ends[0] == NULL ||
			!g_ascii_string_to_unsigned(ends[0], 10, 0, CPU_MAX, &lo, NULL) ||
			!g_ascii_string_to_unsigned(
				ends[1] == NULL ? ends[0] : ends[1], 10, lo, CPU_MAX, &hi, NULL))
			return sim_fail(error, SIM_ERROR_USAGE,
				"%s: invalid list of CPUs '%s': expected one such as 2 or 2,4-6, "
				"up to %d",
				option, text, CPU_MAX);
		for (guint64 i = lo; i <= hi; i++) {
			if (CPU_ISSET(i, &seen) || *nb == CORES_MAX)
				return sim_fail(error, SIM_ERROR_USAGE, "%s: %s", option,
					*nb == CORES_MAX ? "more than 64 CPUs" : "CPU given twice");
			CPU_SET(i, &seen);
			cpu[(*nb)++] = (unsigned)i;
		}
	}
	return TRUE;
}

/* "2-3", "load:2-3/rx:4/timer:5": roles in any order, each once. */
static gboolean parse_workers(
	const char *spec, unsigned nb_timer_max, struct cores *out, GError **error)
{
	const struct {
		const char *prefix;
		unsigned *cpu, *nb;
	} roles[] = { { "load:", out->load_cpu, &out->nb_load },
		{ "rx:", out->rx_cpu, &out->nb_rx }, { "timer:", out->timer_cpu, &out->nb_timer },
		{ "", out->load_cpu, &out->nb_load } };
	g_auto(GStrv) parts = g_strsplit(spec, "/", -1);

	out->combined = TRUE;
	for (char **p = parts; *p != NULL; p++) {
		size_t r = 0;

		while (!g_str_has_prefix(*p, roles[r].prefix))
			r++;
		out->combined &= r >= 2;
		if (*roles[r].nb != 0 || (roles[r].prefix[0] == '\0' && strchr(*p, ':') != NULL))
			return sim_fail(error, SIM_ERROR_USAGE,
				"--cores: invalid value '%s'; expected 1-2 or load:1-2/rx:3, "
				"optionally followed by /timer:4",
				spec);
		if (!parse_list("--cores", *p + strlen(roles[r].prefix), roles[r].cpu, roles[r].nb,
			    error))
			return FALSE;
	}
	if (out->nb_load == 0 || (!out->combined && out->nb_rx == 0) ||
		out->nb_timer > nb_timer_max ||
		out->nb_load + out->nb_rx + out->nb_timer > CORES_MAX)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--cores: invalid value '%s'; expected both load and rx or neither "
			"(load:1-2/rx:3 or 1-2), at most one timer, and at most %d CPUs",
			spec, CORES_MAX);
	return TRUE;
}

static gboolean list_has(const unsigned *list, unsigned nb, unsigned cpu)
{
	for (unsigned i = 0; i < nb; i++)
		if (list[i] == cpu)
			return TRUE;
	return FALSE;
}

static gboolean is_worker_cpu(const struct cores *c, unsigned cpu)
{
	return list_has(c->load_cpu, c->nb_load, cpu) || list_has(c->rx_cpu, c->nb_rx, cpu) ||
	       list_has(c->timer_cpu, c->nb_timer, cpu);
}

static void take_what_is_left(const cpu_set_t *allowed, struct cores *c)
{
	for (unsigned i = 0; i < CPU_SETSIZE && c->nb_guest < CORES_MAX; i++)
		if (CPU_ISSET(i, allowed) && !is_worker_cpu(c, i) &&
			!list_has(c->host_cpu, c->nb_host, i))
			c->guest_cpu[c->nb_guest++] = i;
}

/* Without --cores: the last CPUs, the very last one first. */
static void take_last(const cpu_set_t *allowed, unsigned nb, struct cores *c)
{
	for (unsigned i = CPU_SETSIZE; i-- > 0 && c->nb_load < nb;)
		if (CPU_ISSET(i, allowed))
			c->load_cpu[c->nb_load++] = i;
}

static gboolean check_roles(const struct cores *c, GError **error)
{
	for (unsigned i = 0; !c->combined && i < c->nb_rx; i++) {
		if (list_has(c->load_cpu, c->nb_load, c->rx_cpu[i]))
			return sim_fail(error, SIM_ERROR_USAGE,
				"--cores: CPU %u given for load and rx; omit the roles (--cores "
				"%u) for a worker that does both",
				c->rx_cpu[i], c->rx_cpu[i]);
	}
	for (unsigned i = 0; i < c->nb_timer; i++) {
		gboolean loads = list_has(c->load_cpu, c->nb_load, c->timer_cpu[i]);

		if (!loads && !list_has(c->rx_cpu, c->nb_rx, c->timer_cpu[i]))
			continue;
		return sim_fail(error, SIM_ERROR_USAGE,
			"--cores: CPU %u given for timer and %s; the timer requires a dedicated "
			"CPU",
			c->timer_cpu[i],
			!loads        ? "rx"
			: c->combined ? "worker"
				      : "load");
	}
	return TRUE;
}

/* Our part of a list: as many CPUs as every other generator of this machine has. */
static gboolean own_part(
	unsigned *cpu, unsigned *nb, const char *what, struct cores_place place, GError **error)
{
	unsigned part;

	g_assert(place.count > 0);
	part = *nb / place.count;
	if (*nb % place.count != 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--cores: cannot divide %u %s evenly among the %u ranks of this "
			"machine; give %u or a multiple",
			*nb, what, place.count, place.count);
	memmove(cpu, cpu + place.index * part, part * sizeof(*cpu));
	*nb = part;
	return TRUE;
}

/* Every count-th CPU of a list; all of it where it is too short. FALSE: then others are there, too. */
static gboolean own_few(unsigned *cpu, unsigned *nb, struct cores_place place)
{
	unsigned n = 0;

	if (*nb < place.count)
		return place.count == 1;
	for (unsigned i = place.index; i < *nb; i += place.count)
		cpu[n++] = cpu[i];
	*nb = n;
	return TRUE;
}

/* The machine's CPUs become those of one generator. */
static gboolean share_out(struct cores *c, gboolean named, struct cores_place place, GError **error)
{
	gboolean alone;

	g_assert(c->nb_load > 0); /* a process runs somewhere */
	if (!named && c->nb_load < place.count) {
		c->load_cpu[0] = c->load_cpu[place.index % c->nb_load];
		c->shared = TRUE;
		c->nb_load = 1;
	} else if (!own_part(c->load_cpu, &c->nb_load, "CPUs", place, error)) {
		return FALSE;
	}
	if (!c->combined && !own_part(c->rx_cpu, &c->nb_rx, "rx CPUs", place, error))
		return FALSE;
	if (c->nb_timer != 0 && !own_part(c->timer_cpu, &c->nb_timer, "timer CPUs", place, error))
		return FALSE;
	alone = own_few(c->guest_cpu, &c->nb_guest, place);
	c->crowded = c->nb_guest != 0 && !alone;
	c->host_shares = c->nb_host != 0 && !own_few(c->host_cpu, &c->nb_host, place);
	return TRUE;
}

/* Are they CPUs that this process may use? */
static gboolean check_allowed(const cpu_set_t *allowed, const char *option, const unsigned *cpu,
	unsigned nb, GError **error)
{
	g_autofree char *have = NULL;

	for (unsigned i = 0; i < nb; i++) {
		if (CPU_ISSET(cpu[i], allowed))
			continue;
		have = set_text(allowed);
		return sim_fail(error, SIM_ERROR_USAGE,
			"%s: CPU %u is not available; this process may use %s", option, cpu[i],
			have);
	}
	return TRUE;
}

static gboolean is_named(const char *spec)
{
	return spec != NULL && spec[0] != '\0';
}

gboolean cores_parse(const char *spec, const char *guest_spec, const char *host_spec,
	unsigned nb_generators, struct cores *out, GError **error)
{
	struct cores c = { .combined = TRUE };

	if (is_named(spec) &&
		(!parse_workers(spec, nb_generators, &c, error) || !check_roles(&c, error)))
		return FALSE;
	if (is_named(host_spec) &&
		!parse_list("--host-cores", host_spec, c.host_cpu, &c.nb_host, error))
		return FALSE;
	if (is_named(guest_spec) &&
		!parse_list("--guest-cores", guest_spec, c.guest_cpu, &c.nb_guest, error))
		return FALSE;
	*out = c;
	return TRUE;
}

gboolean cores_assign(
	const struct cores *words, struct cores_place place, struct cores *out, GError **error)
{
	struct cores c = *words, all;
	gboolean named = words->nb_load != 0;
	const struct {
		const char *option;
		const unsigned *cpu, nb;
	} lists[] = { { "--cores", words->load_cpu, words->nb_load },
		{ "--cores", words->rx_cpu, words->nb_rx },
		{ "--cores", words->timer_cpu, words->nb_timer },
		{ "--host-cores", words->host_cpu, words->nb_host },
		{ "--guest-cores", words->guest_cpu, words->nb_guest } };
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		return sim_fail(
			error, SIM_ERROR_RESOURCES, "sched_getaffinity: %s", g_strerror(errno));
	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++)
		if (!check_allowed(&allowed, lists[i].option, lists[i].cpu, lists[i].nb, error))
			return FALSE;
	if (!named)
		take_last(&allowed, place.count, &c);
	if (c.nb_guest == 0)
		take_what_is_left(&allowed, &c);
	all = c;
	if (!share_out(&c, named, place, error))
		return FALSE;
	if (c.combined) {
		c.nb_rx = c.nb_load;
		memcpy(c.rx_cpu, c.load_cpu, sizeof(c.rx_cpu));
	}
	if (c.nb_guest == 0) {
		c.nb_guest = c.nb_load;
		memcpy(c.guest_cpu, c.load_cpu, sizeof(c.guest_cpu));
	}
	if (c.nb_host == 0) {
		c.nb_host = c.nb_guest;
		memcpy(c.host_cpu, c.guest_cpu, sizeof(c.host_cpu));
	}
	for (unsigned i = 0; i < c.nb_guest; i++)
		c.shared |= is_worker_cpu(&c, c.guest_cpu[i]) ||
			    is_worker_cpu(&all, c.guest_cpu[i]);
	for (unsigned i = 0; i < c.nb_host; i++) {
		c.host_shares |= is_worker_cpu(&all, c.host_cpu[i]) ||
				 list_has(c.guest_cpu, c.nb_guest, c.host_cpu[i]);
		c.shared |= is_worker_cpu(&all, c.host_cpu[i]);
	}
	*out = c;
	return TRUE;
}

unsigned cores_nb_workers(const struct cores *c)
{
	return (c->combined ? c->nb_load : c->nb_load + c->nb_rx) + c->nb_timer;
}

char *cores_eal_lcores(const struct cores *c)
{
	GString *s = g_string_new("0@(");

	for (unsigned i = 0; i < c->nb_guest; i++)
		g_string_append_printf(s, "%s%u", i == 0 ? "" : ",", c->guest_cpu[i]);
	g_string_append_c(s, ')');
	for (unsigned i = 0; i < c->nb_load; i++)
		g_string_append_printf(s, ",%u@%u", i + 1, c->load_cpu[i]);
	for (unsigned i = 0; !c->combined && i < c->nb_rx; i++)
		g_string_append_printf(s, ",%u@%u", c->nb_load + i + 1, c->rx_cpu[i]);
	for (unsigned i = 0; i < c->nb_timer; i++)
		g_string_append_printf(s, ",%u@%u", cores_nb_workers(c), c->timer_cpu[i]);
	return g_string_free(s, FALSE);
}

char *cores_text(const struct cores *c)
{
	cpu_set_t workers;

	CPU_ZERO(&workers);
	for (unsigned i = 0; i < CPU_SETSIZE; i++)
		if (is_worker_cpu(c, i))
			CPU_SET(i, &workers);
	return set_text(&workers);
}
