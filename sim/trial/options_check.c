/* SPDX-License-Identifier: BSD-3-Clause */
/* What options mean, and which of them go together. */
#include "sim/trial/cpu_time.h"
#include "sim/trial/options_private.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "sim/datapath/fabric.h"
#include "sim/datapath/socket_path.h"
#include "sim/datapath/vmux_policy.h"
#include "sim/base/eal.h"
#include "sim/base/error.h"
#include "sim/reflector/fault.h"
#include "sim/fleet/fleet.h"
#include "sim/reflector/reflector.h"
#include "sim/lab/lab.h"
#include "sim/host/testbed.h"
#include "traffic/arrival.h"
#include "traffic/frame.h"
#include "traffic/rate.h"
#include "analyze/base/text.h"
#include "analyze/contract/search.h"

static void set_default(char **text, const char *value)
{
	if (*text == NULL)
		*text = g_strdup(value);
}

static gboolean is_trace(const char *word)
{
	return g_str_has_prefix(word, "trace:");
}

/* But for what has no meaning here: --interface and --probes follow when it is known. */
static void set_defaults(struct options *o)
{
	gboolean external, no_profile;

	if (o->port != NULL)
		set_default(&o->machine, "external");
	external = o->machine != NULL && g_str_equal(o->machine, "external");
	no_profile = o->profile == NULL && o->arrival != NULL && is_trace(o->arrival);
	option_finish(options_rows, o);
	if (no_profile)
		g_clear_pointer(&o->profile, g_free);
	o->lab_timeout_ns = o->connect_timeout_ns;
	if (o->connect_timeout_ns == UINT64_MAX)
		(void)option_set(option_find(options_rows, "connect-timeout"), o, "",
			external ? OPTIONS_EXTERNAL_TIMEOUT : OPTIONS_CONNECT_TIMEOUT, NULL);
}

static gboolean check_traffic(struct options *o, GError **error)
{
	uint32_t mtu = (uint32_t)o->mtu;

	if (o->mix != NULL && (o->profile != NULL || o->share != NULL || o->guests != NULL))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--mix cannot be combined with --guests, --profile or --share: the "
			"file sets them");
	if (o->link != NULL && !rate_parse_link("--link", o->link, &o->link_bps, error))
		return FALSE;
	if (o->ramp != NULL && o->rate != NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--ramp and --rate cannot be combined; omit --rate");
	if (is_trace(o->arrival) && o->profile != NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--profile: no effect: a trace has its own frame lengths; omit it");
	if (!arrival_check("--arrival", o->arrival, error))
		return FALSE;
	o->traffic = o->mix != NULL
			     ? mix_open(o->mix, o->arrival, mtu, error)
			     : mix_new(o->profile, o->guests, o->share, o->arrival, mtu, error);
	return o->traffic != NULL;
}

static gboolean parse_switch(const char *where, const char *word, gboolean *out, GError **error)
{
	*out = g_str_equal(word, "on");
	return *out || g_str_equal(word, "off") ||
	       sim_fail(error, SIM_ERROR_USAGE, "%s: invalid value '%s'; expected on or off", where,
		       word);
}

static gboolean set_as(struct options *o, const char *key, const char *word, GError **error)
{
	static const char *const keys[] = { "machine", "interface", "qemu", "vhost", "ioregionfd",
		"reflector", NULL };
	g_autofree char *where = g_strdup_printf("--as: %s", key), *hint = NULL;
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
			return sim_fail(error, SIM_ERROR_USAGE,
				"--as: qemu: invalid name '%s': '_', '/' and blanks are not "
				"allowed",
				word);
		g_free(o->as_qemu);
		s->qemu = o->as_qemu = g_strdup(word);
		return TRUE;
	}
	hint = text_did_you_mean(key, keys);
	return sim_fail(error, SIM_ERROR_USAGE, "%s: unknown key%s", where, hint);
}

static gboolean set_all_as(struct options *o, GError **error)
{
	g_auto(GStrv) pairs = g_strsplit(o->as, ",", -1);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (char **pair = pairs; *pair != NULL; pair++) {
		char *equals = strchr(*pair, '=');

		if (equals == NULL)
			return sim_fail(
				error, SIM_ERROR_USAGE, "--as: expected KEY=VALUE,KEY=VALUE");
		*equals = '\0';
		if (!g_hash_table_add(seen, *pair))
			return sim_fail(error, SIM_ERROR_USAGE, "--as: '%s' given twice", *pair);
		if (!set_as(o, *pair, equals + 1, error))
			return FALSE;
	}
	if (!g_hash_table_contains(seen, "machine"))
		return sim_fail(error, SIM_ERROR_USAGE, "--as: requires machine=WORD");
	if (o->as_setup.interface == NULL)
		return sim_fail(error, SIM_ERROR_USAGE, "--as: requires interface=WORD");
	if (o->as_qemu == NULL && setup_is_vm(o->as_setup.machine))
		o->as_setup.qemu = "normal";
	return TRUE;
}

/* All guests are of one kind. */
static gboolean check_one_kind(const struct options *o, const char *option, GError **error)
{
	for (uint32_t i = 0; i < o->traffic->nb_guests; i++) {
		if (o->traffic->guests[i].interface != NULL)
			return sim_fail(error, SIM_ERROR_USAGE,
				"%s: requires one interface for all guests; omit interfaces "
				"in --guests and --mix",
				option);
	}
	return TRUE;
}

static gboolean check_as(struct options *o, gboolean external, GError **error)
{
	struct setup normal;
	const char *why;

	o->as_setup = (struct setup){ .qemu = "none", .qemu_path = "", .guests = 1 };
	if (o->as == NULL)
		return TRUE;
	if (!external)
		return sim_fail(error, SIM_ERROR_USAGE, "--as: requires --machine external");
	if (!set_all_as(o, error) || !check_one_kind(o, "--as", error))
		return FALSE;
	o->as_setup.guests = o->traffic->nb_guests;
	normal = o->as_setup;
	setup_normal(&normal);
	why = setup_impossible(&normal);
	if (why == NULL && setup_differs_at(&o->as_setup, &normal) != 7)
		why = "this machine does not support the given qemu, vhost, ioregionfd or "
		      "reflector; omit it";
	return why == NULL || sim_fail(error, SIM_ERROR_USAGE, "--as: %s", why);
}

/* "normal:/opt/qemu/bin". */
static gboolean set_qemu(struct options *o, GError **error)
{
	const char *text = o->qemu == NULL ? "normal:" : o->qemu, *colon = strchr(text, ':');

	if (colon == text || text[0] == '\0' || strchr(text, '_') != NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--qemu: expected NAME or NAME:DIR, with no '_' in NAME");
	o->lab_qemu = colon == NULL ? g_strdup(text) : g_strndup(text, (gsize)(colon - text));
	o->lab_qemu_path = g_strdup(colon == NULL ? "" : colon + 1);
	o->lab_setup.qemu = o->lab_qemu;
	o->lab_setup.qemu_path = o->lab_qemu_path;
	return TRUE;
}

static gboolean no_such_interface(
	const struct options *o, const char *word, const struct setup_interface *i, GError **error)
{
	g_autofree char *machines = setup_machines_with(i);

	return sim_fail(error, SIM_ERROR_USAGE,
		"--machine %s: interface '%s' requires --machine %s", o->machine, word, machines);
}

/* Options of guests that tsim has others start. */
static gboolean check_lab_options(struct options *o, GError **error)
{
	struct setup *s = &o->lab_setup, kernel;

	if (o->fault != NULL || o->swap != NULL || o->socket_dir != NULL || o->as != NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--fault, --swap, --socket-dir, --as: not supported with virtual "
			"machines or --machine host");
	if (!setup_is_vm(s->machine) && (o->qemu != NULL || o->ioregionfd >= 0))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--qemu, --ioregionfd: no effect: require --machine pcvm or microvm; "
			"omit them");
	kernel = *s;
	kernel.vhost = TRUE;
	if (o->vhost_word >= 0 && (!setup_is_vm(s->machine) || setup_impossible(&kernel) != NULL))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--vhost: no effect: requires virtio-net on a tap or macvtap of a "
			"virtual machine; omit it");
	return TRUE;
}

/* The testbed of --config, or the one without, has what the interface takes. */
static gboolean check_wiring(const struct options *o, GError **error)
{
	struct testbed *t = testbed_read(o->config, error);
	g_autofree char *lacks = NULL;

	if (t == NULL)
		return FALSE;
	lacks = lab_lacks(t, &o->lab_setup, mix_longest_frame_len(o->traffic));
	if (lacks != NULL)
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--interface %s: %s: %s",
			o->interface, t->path == NULL ? "testbed" : t->path, lacks);
	testbed_free(t);
	return lacks == NULL;
}

/* Guests that tsim has others start. */
static gboolean check_lab(struct options *o, GError **error)
{
	struct setup *s = &o->lab_setup;
	const char *why;

	set_default(&o->interface, option_preset(options_rows, "interface"));
	s->vhost = o->vhost_word == OPTIONS_ON;
	s->ioregionfd = o->ioregionfd == OPTIONS_ON;
	s->reflector = o->reflector < 0 ? REFLECTOR_XDP : (enum reflector_kind)o->reflector;
	s->interface = setup_interface_find("--interface", o->interface, error);
	if (s->interface == NULL || !check_one_kind(o, "--machine", error) || !set_qemu(o, error))
		return FALSE;
	s->guests = o->traffic->nb_guests;
	why = setup_impossible(s);
	if (why != NULL && !(s->interface->machines & 1U << s->machine))
		return no_such_interface(o, o->interface, s->interface, error);
	if (why == NULL && !check_lab_options(o, error))
		return FALSE;
	setup_normal(s);
	if (why == NULL)
		return check_wiring(o, error);
	return sim_fail(error, SIM_ERROR_USAGE, "--machine %s --interface %s: %s", o->machine,
		o->interface, why);
}

/* What is a machine's own is not for others. */
static gboolean check_no_lab(const struct options *o, GError **error)
{
	if (o->qemu == NULL && o->ioregionfd < 0 && o->reflector < 0)
		return TRUE;
	return sim_fail(error, SIM_ERROR_USAGE,
		"--qemu, --ioregionfd, --reflector: require --machine pcvm, microvm or host; "
		"use --as for external guests");
}

/* Each guest's interface: its group's, else --interface. */
static gboolean set_interfaces(struct options *o, GError **error)
{
	const mix *m = o->traffic;
	gboolean used = FALSE;

	for (uint32_t i = 0; i < m->nb_guests; i++)
		used |= m->guests[i].interface == NULL;
	if (!used && o->interface != NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--interface: no effect: --guests or --mix sets the interface of "
			"every guest; omit it");
	if (used)
		set_default(&o->interface,
			o->port != NULL ? "port" : option_preset(options_rows, "interface"));
	o->interfaces = g_new0(const char *, m->nb_guests);
	for (uint32_t i = 0; i < m->nb_guests; i++)
		o->interfaces[i] =
			m->guests[i].interface == NULL ? o->interface : m->guests[i].interface;
	return TRUE;
}

static gboolean check_interface(const struct options *o, const char *word, GError **error)
{
	gboolean external = g_str_equal(o->machine, "external");
	const struct setup_interface *elsewhere = setup_interface_find("", word, NULL);
	const struct datapath_ops *ops = fabric_ops(word, elsewhere == NULL ? error : NULL);

	if (ops == NULL)
		return elsewhere != NULL && no_such_interface(o, word, elsewhere, error);
	if (external && ops->guest_option == NULL && ops->receive_port == NULL)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--interface %s has no guests; omit --machine", word);
	if (!external && ops->guest_option == NULL && (o->fault != NULL || o->swap != NULL))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--fault, --swap: require guests started by tsim; --interface %s has "
			"none",
			word);
	return TRUE;
}

/* A PCI address, or a device's name and arguments; which there are is known to DPDK alone. */
static gboolean check_port_word(const char *port, GError **error)
{
	static const char form
		[] = "^((pci:)?([[:xdigit:]]{4,8}:)?[[:xdigit:]]{2}:[[:xdigit:]]{2}\\.[0-7]|(vdev:)"
		     "?(net|eth)_[a-z0-9_]+|(auxiliary|vmbus|dpaa|fslmc):[^,]+|bus=[a-z]+)(,.*)?$";

	return g_regex_match_simple(form, port, G_REGEX_DOLLAR_ENDONLY, 0) ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--port: expected a PCI address (0000:81:00.0) or a DPDK device with its "
		       "arguments (net_af_packet0,iface=eth1), got '%s'",
		       port);
}

static gboolean check_port(const struct options *o, gboolean external, GError **error)
{
	gboolean used = FALSE;

	for (uint32_t i = 0; !o->on_lab && i < o->traffic->nb_guests; i++)
		used |= g_str_equal(o->interfaces[i], "port");
	if (o->port != NULL && !external)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--port: guests are always external; omit --machine");
	if ((o->port != NULL) != used)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--port and --interface port require each other; give the device "
			"with --port and no other --interface");
	return o->port == NULL || check_port_word(o->port, error);
}

/* Sockets of guests can have the names that they will get. */
static gboolean check_socket_dir(const struct options *o, GError **error)
{
	for (uint32_t i = 0; o->socket_dir != NULL && i < o->traffic->nb_guests; i++) {
		const struct datapath_ops *ops = fabric_ops(o->interfaces[i], NULL);
		g_autofree char *path = fleet_takes_sockets(ops)
						? g_strdup_printf(
							  "%s/guest-%u.sock", o->socket_dir, i)
						: g_strdup_printf("%s/%s.sock", o->socket_dir,
							  o->interfaces[i]);

		if (ops->guest_option == NULL)
			continue;
		if (!socket_path_fits(path, error)) {
			g_prefix_error(error, "--socket-dir: ");
			return FALSE;
		}
	}
	return TRUE;
}

gboolean options_guests_listen(const struct options *o)
{
	return g_str_equal(o->machine, "process") && o->guest_driver == FLEET_DRIVER_BUILTIN;
}

static gboolean check_per_process(const struct options *o, GError **error)
{
	for (uint32_t i = 0; o->per_process > FLEET_PORTS_MAX && i < o->traffic->nb_guests; i++)
		if (o->guest_driver == FLEET_DRIVER_DPDK &&
			fleet_takes_sockets(fabric_ops(o->interfaces[i], NULL)))
			return sim_fail(error, SIM_ERROR_USAGE,
				"--guests-per-process: DPDK supports at most %d vhost-user guests "
				"per process; use --guest-driver builtin, or a lower number",
				FLEET_PORTS_MAX);
	return TRUE;
}

/* Machines and interfaces. */
static gboolean check_guests(struct options *o, GError **error)
{
	gboolean external = g_str_equal(o->machine, "external");

	if (!setup_machine_parse("--machine", o->machine, &o->lab_setup.machine, error))
		return FALSE;
	o->on_lab = setup_is_vm(o->lab_setup.machine) || o->lab_setup.machine == MACHINE_HOST;
	if (o->on_lab)
		return check_lab(o, error) && check_port(o, external, error);
	if (!check_no_lab(o, error) || !set_interfaces(o, error) || !check_port(o, external, error))
		return FALSE;
	for (uint32_t i = 0; i < o->traffic->nb_guests; i++)
		if ((i == 0 || !g_str_equal(o->interfaces[i], o->interfaces[i - 1])) &&
			!check_interface(o, o->interfaces[i], error))
			return FALSE;
	if (external && (o->fault != NULL || o->swap != NULL))
		return sim_fail(
			error, SIM_ERROR_USAGE, "--fault, --swap: require --machine process");
	return check_as(o, external, error) && check_socket_dir(o, error) &&
	       check_per_process(o, error) &&
	       fabric_fits(&(struct datapath_cfg){ .guests_listen = options_guests_listen(o) },
		       o->interfaces, o->traffic->nb_guests,
		       (struct fabric_share){ .step = MAX(o->place.all, o->place.count) }, error);
}

static gboolean check_macs(struct options *o, GError **error)
{
	memcpy(o->base_mac, frame_guest_base_mac, sizeof(o->base_mac));
	if ((o->mac == NULL || frame_mac_parse(o->mac, o->base_mac, error)) &&
		frame_guest_macs_check(o->base_mac, o->traffic->nb_guests, error))
		return TRUE;
	g_prefix_error(error, "--mac: ");
	return FALSE;
}

static gboolean check_testbed(struct options *o, GError **error)
{
	struct fault_plan plan; /* checked here, used by treflect */
	gboolean swap_ip, swap_ports;

	if (!check_guests(o, error))
		return FALSE;
	o->vhost = o->vhost_word != OPTIONS_OFF;
	if (o->policy != NULL && !vmux_policy_parse(o->policy, (uint32_t)o->vf_limit, NULL, error))
		return FALSE;
	if ((o->descriptors & (o->descriptors - 1)) != 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--descriptors: invalid value %d; expected a power of two "
			"from 32 to 32768",
			o->descriptors);
	if (!fault_plan_parse(o->fault, &plan, error))
		return FALSE;
	if (o->payload == OPTIONS_NONE && plan.share[FAULT_CORRUPT] > 0)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--fault: corrupt requires --payload zero: a wrong byte is not noticed "
			"without a checksum");
	return reflector_swap_parse(o->swap, &swap_ip, &swap_ports, error) &&
	       check_macs(o, error) &&
	       cores_parse(o->cores_text, o->guest_cores, o->host_cores, o->place.count, &o->cores,
		       error);
}

/* Frames that only a port sends, and that only their sender gets back. */
static gboolean check_ptp(const struct options *o, gboolean wire, GError **error)
{
	for (uint32_t i = 0; wire && !o->on_lab && i < o->traffic->nb_guests; i++)
		wire = g_str_equal(o->interfaces[i], "port");
	if (!wire)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--probes: ptp requires all guests behind --port, as no other interface "
			"has a NIC that time-stamps; omit :ptp");
	return o->pattern == ENGINE_TO_GUESTS ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--probes: ptp requires --pattern to-guests; omit :ptp");
}

/* The rate before a kind, newly allocated. NULL and error for a kind that is unknown. */
static char *split_probes(struct options *o, const char *text, GError **error)
{
	const char *colon = strstr(text, "..") == NULL ? strchr(text, ':') : NULL;

	o->probe_ptp = colon != NULL && g_str_equal(colon, ":ptp");
	if (colon == NULL || o->probe_ptp)
		return colon == NULL ? g_strdup(text) : g_strndup(text, (gsize)(colon - text));
	sim_fail(error, SIM_ERROR_USAGE, "--probes: unknown kind '%s'; expected ptp", colon + 1);
	return NULL;
}

static gboolean check_probes(struct options *o, GError **error)
{
	gboolean wire = o->on_lab ? (o->lab_setup.interface->needs & SETUP_WIRE) != 0
				  : o->port != NULL;
	const char *text = o->probes == NULL ? option_preset(options_rows, "probes") : o->probes;
	g_autofree char *word = split_probes(o, text, error);
	g_autoptr(GArray) rates = word == NULL ? NULL : rate_parse_list("--probes", word, error);
	const struct rate *rate = rates == NULL ? NULL : &g_array_index(rates, struct rate, 0);

	if (rate == NULL)
		return FALSE;
	if (rates->len != 1 || rate->kind != RATE_PPS || rate->value < 1 || rate->value > 1e6)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--probes: invalid rate '%s'; expected one rate from 1pps to 1Mpps, and "
			":ptp for PTP frames",
			text);
	if (o->probe_ptp && !check_ptp(o, wire, error))
		return FALSE;
	if (o->cores.nb_timer != 0 && !wire)
		return sim_fail(error, SIM_ERROR_USAGE,
			"--cores: timer requires --port; without a port every frame is timed");
	if (o->cores.nb_timer != 0)
		set_default(&o->probes, text);
	o->probe_pps = rate->value;
	return TRUE;
}

static gboolean check_pattern(const struct options *o, GError **error)
{
	return o->pattern == ENGINE_TO_GUESTS || (o->cores.combined && o->cores.nb_load <= 1) ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--pattern: frames between guests require a single worker; give "
		       "--cores one CPU");
}

static gboolean check_label(const char *label, GError **error)
{
	if (search_is_trials_folder(label))
		return sim_fail(error, SIM_ERROR_USAGE,
			"--label: '%s' is a name for the trials of a search; use another", label);
	return (label[0] != '\0' && label[0] != '.' && strpbrk(label, "/\\\n\t") == NULL &&
		       strlen(label) <= NAME_MAX) ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--label: invalid directory name '%s'; use letters, digits, '-' and "
		       "'.'",
		       label);
}

static gboolean check_notes(char **notes, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (char **note = notes; note != NULL && *note != NULL; note++) {
		const char *equals = strchr(*note, '=');
		char *key;

		if (equals == NULL || equals == *note)
			return sim_fail(error, SIM_ERROR_USAGE,
				"--note: expected KEY=TEXT, got '%s'", *note);
		key = g_strndup(*note, (gsize)(equals - *note));
		if (g_hash_table_add(seen, key))
			continue;
		return sim_fail(error, SIM_ERROR_USAGE, "--note: '%s' given twice", key);
	}
	return TRUE;
}

static gboolean check_trial(struct options *o, GError **error)
{
	if (o->rep >= 0 && o->reps != 1)
		return sim_fail(
			error, SIM_ERROR_USAGE, "--rep and --reps cannot be combined; omit --reps");
	o->first_rep = MAX(o->rep, 0);
	return cpu_time_check("--host-pids", o->host_pids, error) &&
	       cpu_time_check("--guest-pids", o->guest_pids, error) &&
	       check_notes(o->notes, error) && check_label(o->label, error);
}

static gboolean set_pps(struct options *o, const char *option, const char *text, GError **error)
{
	g_autoptr(GArray) rates = rate_parse_list(option, text, error);
	double mean = mix_mean_frame_len(o->traffic);

	if (rates == NULL)
		return FALSE;
	o->pps = g_new0(double, rates->len);
	for (o->nb_pps = 0; o->nb_pps < rates->len; o->nb_pps++) {
		const struct rate *rate = &g_array_index(rates, struct rate, o->nb_pps);
		double *pps = &o->pps[o->nb_pps];

		if (!rate_to_pps(rate, mean, o->link_bps, pps, error)) {
			g_prefix_error(error, "%s: ", option);
			return FALSE;
		}
		if (rate->kind == RATE_MAX && o->link_bps > 0)
			*pps = rate_line_pps(o->link_bps, mean);
		if (rate->kind != RATE_MAX && *pps < 1)
			return sim_fail(error, SIM_ERROR_USAGE,
				"%s: rate is below 1 frame per second", option);
		if (*pps == 0 && (o->ramp != NULL || o->capture != NULL))
			return sim_fail(error, SIM_ERROR_USAGE, "%s",
				o->ramp != NULL ? "--ramp: 'max' has no departure times; "
						  "give rates"
						: "--capture does not work with --rate max; "
						  "give a rate");
	}
	return TRUE;
}

struct schedule_cfg options_schedule(
	const struct options *o, double pps, struct schedule_step *steps)
{
	for (unsigned i = 0; o->ramp != NULL && i < o->nb_pps; i++) {
		steps[i].pps = o->pps[i];
		steps[i].from_ns = i == 0 ? 0 : o->warm_up_ns + o->duration_ns / o->nb_pps * i;
	}
	return (struct schedule_cfg){ .mix = o->traffic,
		.pps = pps,
		.steps = o->ramp == NULL ? NULL : steps,
		.nb_steps = o->ramp == NULL ? 0 : o->nb_pps,
		.span_ns = o->warm_up_ns + o->duration_ns,
		.link_bps = o->link_bps };
}

/* The load can be scheduled; limits are those of the lowest and of the highest rate. */
static gboolean check_load(struct options *o, GError **error)
{
	g_autofree struct schedule_step *steps = NULL;
	double lowest = INFINITY, highest = 0;
	unsigned nb_trials;

	if (o->ramp != NULL ? !set_pps(o, "--ramp", o->ramp, error)
			    : !set_pps(o, "--rate", o->rate, error))
		return FALSE;
	for (unsigned i = 0; i < o->nb_pps; i++) {
		lowest = fmin(lowest, o->pps[i]);
		highest = fmax(highest, o->pps[i]);
	}
	steps = g_new0(struct schedule_step, o->nb_pps);
	for (int i = 0; i < 2; i++) {
		struct schedule_cfg cfg = options_schedule(o, i == 0 ? lowest : highest, steps);

		if (!schedule_check(&cfg, error))
			return FALSE;
	}
	nb_trials = (o->ramp != NULL ? 1 : o->nb_pps) * (unsigned)o->reps;
	return o->capture == NULL || nb_trials == 1 ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "--capture works with a single trial (%u requested); give one --rate "
		       "and no --reps",
		       nb_trials);
}

gboolean options_check(struct options *o, GError **error)
{
	set_defaults(o);
	return eal_check_words(o->eal, error) && check_traffic(o, error) &&
	       check_testbed(o, error) && check_probes(o, error) && check_pattern(o, error) &&
	       check_trial(o, error) && check_load(o, error) && options_effect(o, error);
}

void options_forget(struct options *o)
{
	mix_free(o->traffic);
	g_free(o->interfaces);
	g_free(o->pps);
	g_free(o->as_qemu);
	g_free(o->lab_qemu);
	g_free(o->lab_qemu_path);
}
