/* SPDX-License-Identifier: BSD-3-Clause */
/* What options mean, and which of them go together. */
#include "sim/options_private.h"

#include <string.h>

#include "sim/datapath/fabric.h"
#include "sim/datapath/vmux_policy.h"
#include "sim/duration.h"
#include "sim/error.h"
#include "sim/guest/fault.h"
#include "sim/guest/fleet.h"
#include "sim/guest/reflector.h"
#include "traffic/arrival.h"
#include "traffic/frame.h"
#include "traffic/rate.h"

#define HOUR_NS UINT64_C(3600000000000)

static void set_default(char **text, const char *value)
{
	if (*text == NULL)
		*text = g_strdup(value);
}

static void set_defaults(struct options *o)
{
	gboolean external;

	if (o->port != NULL) {
		set_default(&o->machine, "external");
		set_default(&o->interface, "port");
	}
	external = o->machine != NULL && g_str_equal(o->machine, "external");
	if (o->mix == NULL) {
		set_default(&o->profile, "imix");
		set_default(&o->guests, "1");
	}
	if (o->ramp == NULL)
		set_default(&o->rate, "100kpps");
	set_default(&o->probes, "1kpps");
	set_default(&o->arrival, "cbr");
	set_default(&o->pattern_text, TRIAL_PATTERN_DEFAULT);
	set_default(&o->machine, "process");
	set_default(&o->interface, "vhost-user");
	set_default(&o->duration, "10s");
	set_default(&o->warm_up, "1s");
	set_default(&o->drain, "2s");
	set_default(&o->connect_timeout, external ? "10min" : "30s");
	set_default(&o->slack, "10us");
	set_default(&o->out, "out");
	set_default(&o->label, "default");
	set_default(&o->format_text, "text");
}

mix *options_mix(const struct options *o, GError **error)
{
	return o->mix != NULL ? mix_open(o->mix, o->arrival, (uint32_t)o->mtu, error)
			      : mix_new(o->profile, o->guests, o->share, o->arrival,
					(uint32_t)o->mtu, error);
}

static gboolean bad(GError **error, const char *text)
{
	g_set_error_literal(error, SIM_ERROR, SIM_ERROR_USAGE, text);
	return FALSE;
}

/* What a trial would be made of can be made, and its interfaces are there. */
static gboolean check_mix(const struct options *o, GError **error)
{
	g_autoptr(mix) m = options_mix(o, error);

	for (uint32_t i = 0; m != NULL && i < m->nb_guests; i++)
		if (m->guests[i].interface != NULL && !fabric_check(m->guests[i].interface, error))
			return FALSE;
	return m != NULL;
}

static gboolean check_traffic(struct options *o, GError **error)
{
	if (o->mix != NULL && (o->profile != NULL || o->share != NULL || o->guests != NULL))
		return bad(error,
			"--mix: the file says guests, profiles and shares; leave --guests, "
			"--profile and --share out");
	if (o->mtu != 0 && (o->mtu < FRAME_LEN_MIN || o->mtu > FRAME_LEN_MAX))
		return bad(error, "--mtu: from 64 to 9216 bytes of frame");
	if (o->seed < 0)
		return bad(error, "--seed: not negative");
	if (o->link != NULL && !rate_parse_link("--link", o->link, &o->link_bps, error))
		return FALSE;
	if (o->ramp != NULL && o->rate != NULL)
		return bad(error, "--ramp: says the rates; leave --rate out");
	return arrival_check("--arrival", o->arrival, error) && check_mix(o, error);
}

static gboolean parse_switch(const char *where, const char *word, gboolean *out, GError **error)
{
	*out = g_str_equal(word, "on");
	if (*out || g_str_equal(word, "off"))
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: on or off, not '%s'", where, word);
	return FALSE;
}

static gboolean set_as(struct options *o, const char *key, const char *word, GError **error)
{
	static const char *const keys[] = { "machine", "interface", "qemu", "vhost", "ioregionfd",
		"reflector", NULL };
	g_autofree char *where = g_strdup_printf("--as: %s", key);
	struct setup *s = &o->as_setup;

	if (g_str_equal(key, "machine"))
		return setup_machine_parse(where, word, &s->machine, error);
	if (g_str_equal(key, "interface"))
		return (s->interface = setup_interface_find(where, word, error)) != NULL;
	if (g_str_equal(key, "vhost"))
		return parse_switch(where, word, &s->vhost, error);
	if (g_str_equal(key, "ioregionfd"))
		return parse_switch(where, word, &s->ioregionfd, error);
	if (g_str_equal(key, "reflector"))
		return setup_reflector_parse(where, word, &s->reflector, error);
	if (g_str_equal(key, "qemu")) {
		/* A part of file names, in which '_' separates. */
		if (*word == '\0' || strpbrk(word, "_/\\ \t\n") != NULL)
			return bad(error, "--as: qemu: a name without '_', '/' and blanks");
		g_free(o->as_qemu);
		s->qemu = o->as_qemu = g_strdup(word);
		return TRUE;
	}
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "%s: there is no such key; is it '%s'?",
		where, setup_nearest(key, keys));
	return FALSE;
}

static gboolean set_all_as(struct options *o, GError **error)
{
	g_auto(GStrv) pairs = g_strsplit(o->as, ",", -1);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (char **pair = pairs; *pair != NULL; pair++) {
		char *equals = strchr(*pair, '=');

		if (equals == NULL)
			return bad(error, "--as: write KEY=VALUE,KEY=VALUE");
		*equals = '\0';
		if (!g_hash_table_add(seen, *pair)) {
			g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--as: %s: is said twice",
				*pair);
			return FALSE;
		}
		if (!set_as(o, *pair, equals + 1, error))
			return FALSE;
	}
	if (!g_hash_table_contains(seen, "machine"))
		return bad(error, "--as: machine=WORD is missing");
	if (o->as_setup.interface == NULL)
		return bad(error, "--as: interface=WORD is missing");
	if (o->as_qemu == NULL && setup_is_vm(o->as_setup.machine))
		o->as_setup.qemu = "normal";
	return TRUE;
}

/* The guests are of one kind, and there are as many of it as there can be. */
static gboolean count_as(struct options *o, GError **error)
{
	g_autoptr(mix) m = options_mix(o, error);

	for (uint32_t i = 0; m != NULL && i < m->nb_guests; i++)
		if (m->guests[i].interface != NULL)
			return bad(error,
				"--as: says one interface for all guests; leave those of the mix "
				"or of --guests out");
	if (m != NULL)
		o->as_setup.guests = m->nb_guests;
	return m != NULL;
}

static gboolean check_as(struct options *o, gboolean external, GError **error)
{
	struct setup normal;
	const char *why;

	o->as_setup = (struct setup){ .qemu = "none", .qemu_path = "", .guests = 1 };
	if (o->as == NULL)
		return TRUE;
	if (!external)
		return bad(
			error, "--as: is for guests that tsim did not start (--machine external)");
	if (!set_all_as(o, error) || !count_as(o, error))
		return FALSE;
	normal = o->as_setup;
	setup_normal(&normal);
	why = setup_impossible(&normal);
	if (why == NULL && setup_differs_at(&o->as_setup, &normal) != 7)
		why = "leave out what this machine has not got: a qemu, vhost, ioregionfd, or "
		      "another reflector";
	if (why == NULL)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--as: %s", why);
	return FALSE;
}

/* "normal:/opt/qemu/bin". */
static gboolean set_qemu(struct options *o, GError **error)
{
	const char *text = o->qemu == NULL ? "normal:" : o->qemu, *colon = strchr(text, ':');

	if (colon == text || text[0] == '\0' || strchr(text, '_') != NULL)
		return bad(error, "--qemu: write NAME or NAME:DIR; the name has no '_'");
	o->lab_qemu = colon == NULL ? g_strdup(text) : g_strndup(text, (gsize)(colon - text));
	o->lab_qemu_path = g_strdup(colon == NULL ? "" : colon + 1);
	o->lab_setup.qemu = o->lab_qemu;
	o->lab_setup.qemu_path = o->lab_qemu_path;
	return TRUE;
}

/* Guests that tsim has others start. */
static gboolean check_lab(struct options *o, GError **error)
{
	struct setup *s = &o->lab_setup;
	const char *off = "off", *why;

	s->interface = setup_interface_find("--interface", o->interface, error);
	if (s->interface == NULL || !set_qemu(o, error) ||
		!setup_reflector_parse("--reflector", o->reflector == NULL ? "xdp" : o->reflector,
			&s->reflector, error) ||
		!parse_switch(
			"--vhost", o->vhost_text == NULL ? off : o->vhost_text, &s->vhost, error) ||
		!parse_switch("--ioregionfd", o->ioregionfd == NULL ? off : o->ioregionfd,
			&s->ioregionfd, error))
		return FALSE;
	if (o->fault != NULL || o->swap != NULL || o->socket_dir != NULL || o->as != NULL)
		return bad(error,
			"--fault, --swap, --socket-dir, --as: not where guests are virtual "
			"machines or the host");
	setup_normal(s);
	why = setup_impossible(s);
	if (why == NULL)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--machine %s --interface %s: %s",
		o->machine, o->interface, why);
	return FALSE;
}

/* What is a machine's own is not for others. */
static gboolean check_no_lab(const struct options *o, GError **error)
{
	if (o->qemu == NULL && o->ioregionfd == NULL && o->reflector == NULL)
		return TRUE;
	return bad(error,
		"--qemu, --ioregionfd, --reflector: are for --machine pcvm, microvm and host; of "
		"guests that are yours say it by --as");
}

static gboolean check_testbed(struct options *o, GError **error)
{
	struct fault_plan plan; /* checked here, used by treflect */
	gboolean swap_ip, swap_ports;
	gboolean external = g_str_equal(o->machine, "external");

	if (!setup_machine_parse("--machine", o->machine, &o->lab_setup.machine, error))
		return FALSE;
	o->on_lab = setup_is_vm(o->lab_setup.machine) || o->lab_setup.machine == MACHINE_HOST;
	if (o->on_lab ? !check_lab(o, error)
		      : !check_no_lab(o, error) || !fabric_check(o->interface, error) ||
				!check_as(o, external, error))
		return FALSE;
	if ((o->port != NULL) != g_str_equal(o->interface, "port"))
		return bad(error,
			"--port and --interface port belong together: name the device by --port, "
			"and no other --interface");
	if (o->port != NULL && !external)
		return bad(error, "--port: its guests are yours; leave --machine out");
	if (external && (o->fault != NULL || o->swap != NULL))
		return bad(error,
			"--fault, --swap: are for guests that tsim starts (--machine process)");
	if (o->per_process < 0 || o->per_process > FLEET_PORTS_MAX)
		return bad(error, "--guests-per-process: from 1 to 31, as DPDK has at most 32 "
				  "ports a process");
	if (o->memory < 0)
		return bad(error, "--memory: not negative");
	if (o->vhost_text != NULL && !g_str_equal(o->vhost_text, "on") &&
		!g_str_equal(o->vhost_text, "off"))
		return bad(error, "--vhost: on or off");
	o->vhost = o->vhost_text == NULL || g_str_equal(o->vhost_text, "on");
	if (o->vf_limit < 0 || o->vf_limit > FRAME_GUESTS_MAX)
		return bad(error, "--vf-limit: from 0 to 4096");
	if (o->policy != NULL && !vmux_policy_check(o->policy, (uint32_t)o->vf_limit, error))
		return FALSE;
	if (o->mediators < 1 || o->mediators > CORES_MAX)
		return bad(error, "--mediators: from 1 to 64");
	if (o->descriptors < 32 || o->descriptors > 32768 ||
		(o->descriptors & (o->descriptors - 1)) != 0)
		return bad(error, "--descriptors: a power of two from 32 to 32768");
	if (!reflector_swap_parse(o->swap, &swap_ip, &swap_ports, error))
		return FALSE;
	memcpy(o->base_mac, frame_guest_base_mac, sizeof(o->base_mac));
	if (o->mac != NULL && !frame_mac_parse(o->mac, o->base_mac, error)) {
		g_prefix_error(error, "--mac: ");
		return FALSE;
	}
	return fault_plan_parse(o->fault, &plan, error) &&
	       cores_parse(
		       o->cores_text, o->guest_cores, o->host_cores, o->place, &o->cores, error);
}

static gboolean check_probes(struct options *o, GError **error)
{
	g_autoptr(GArray) rates = rate_parse_list("--probes", o->probes, error);
	const struct rate *rate = rates == NULL ? NULL : &g_array_index(rates, struct rate, 0);

	if (rate == NULL)
		return FALSE;
	if (rates->len != 1 || rate->kind != RATE_PPS || rate->value < 1 || rate->value > 1e6)
		return bad(error, "--probes: one rate from 1pps to 1Mpps");
	if (o->cores.nb_timer != 0 && o->port == NULL)
		return bad(error, "--cores timer: is for a --port; elsewhere every frame is timed");
	o->probe_pps = rate->value;
	return TRUE;
}

static gboolean check_pattern(struct options *o, GError **error)
{
	static const char *const names[] = { TRIAL_PATTERN_DEFAULT, "between-guests", "both" };

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!g_str_equal(o->pattern_text, names[i]))
			continue;
		o->pattern = (enum engine_pattern)i;
		if (i == 0 || (o->cores.combined && o->cores.nb_load == 1))
			return TRUE;
		return bad(error,
			"--pattern: guests that send to guests need one worker that serves "
			"all; name one CPU for --cores");
	}
	return bad(error, "--pattern: to-guests, between-guests or both");
}

static gboolean check_label(const char *label, GError **error)
{
	if (label[0] != '\0' && label[0] != '.' && strpbrk(label, "/\\\n\t") == NULL)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"--label: '%s' cannot name a folder; use letters, digits, '-' and '.'", label);
	return FALSE;
}

static gboolean check_trial(struct options *o, GError **error)
{
	if (!duration_parse("--duration", o->duration, 24 * HOUR_NS, &o->duration_ns, error) ||
		!duration_parse("--warm-up", o->warm_up, HOUR_NS, &o->warm_up_ns, error) ||
		!duration_parse("--drain", o->drain, HOUR_NS, &o->drain_ns, error) ||
		!duration_parse("--connect-timeout", o->connect_timeout, 24 * HOUR_NS,
			&o->connect_timeout_ns, error) ||
		!duration_parse("--slack", o->slack, HOUR_NS, &o->slack_ns, error))
		return FALSE;
	if (o->duration_ns < 1000000)
		return bad(error, "--duration: at least 1ms");
	if (o->reps < 1 || o->reps > 10000)
		return bad(error, "--reps: from 1 to 10000");
	if (o->rep >= 0 && o->reps != 1)
		return bad(error, "--rep: is one repetition; leave --reps out");
	if (o->rep < -1 || o->rep > 9999)
		return bad(error, "--rep: from 0 to 9999");
	o->first_rep = MAX(o->rep, 0);
	for (char **note = o->notes; note != NULL && *note != NULL; note++)
		if (strchr(*note, '=') == NULL || **note == '=')
			return bad(error, "--note: write KEY=TEXT");
	return check_label(o->label, error) && cli_format_parse(o->format_text, &o->format, error);
}

gboolean options_check(struct options *o, GError **error)
{
	set_defaults(o);
	return check_traffic(o, error) && check_testbed(o, error) && check_probes(o, error) &&
	       check_pattern(o, error) && check_trial(o, error);
}
