/* SPDX-License-Identifier: BSD-3-Clause */
/* Options that would change nothing. */
#include <string.h>

#include "sim/datapath/fabric.h"
#include "sim/datapath/vmux_policy.h"
#include "sim/base/error.h"
#include "sim/fleet/fleet.h"
#include "sim/trial/options_private.h"

/* How many guests there are of a kind that an option is about. */
struct kinds {
	uint32_t started;     /* processes of tsim's */
	uint32_t virtio_user; /* processes on vhost-user */
	uint32_t sockets;     /* reached by a socket of tsim's */
	uint32_t queues;      /* whose queues have --descriptors */
	uint32_t virtio;      /* whose vhost --vhost says */
	uint32_t hosted;      /* served by threads of the host */
	uint32_t mediated;    /* on vmux or vmux-virtio, which share mediators */
	uint32_t awaited;     /* have to come or to answer */
	uint32_t fellows;     /* with others on a datapath whose guests can send on */
	gboolean deaf;        /* some are on an interface that sends nothing on */
};

static uint32_t count_together(const struct options *o, const char *word)
{
	uint32_t nb = 0;

	for (uint32_t i = 0; i < o->traffic->nb_guests; i++)
		nb += fabric_together(o->interfaces[i], word) ? 1 : 0;
	return nb;
}

static struct kinds count_kinds(const struct options *o)
{
	gboolean process = g_str_equal(o->machine, "process");
	struct kinds k = { 0 };
	const char *last = NULL;
	uint32_t nb_together = 0;

	if (o->on_lab) {
		k.awaited = o->traffic->nb_guests;
		k.deaf = TRUE; /* its reflectors know no other guests */
		if (setup_has(&o->lab_setup, SETUP_VFIO_USER))
			k.mediated = k.hosted = o->traffic->nb_guests;
		return k;
	}
	for (uint32_t i = 0; i < o->traffic->nb_guests; i++) {
		const char *word = o->interfaces[i];
		const struct datapath_ops *ops = fabric_ops(word, NULL);
		gboolean relays = ops->guest_option != NULL || ops->receive_port != NULL;
		gboolean virtio = g_str_has_prefix(word, "virtio"),
			 mediated = fabric_together(word, "vmux");

		if (last == NULL || !g_str_equal(word, last))
			nb_together = count_together(o, word);
		last = word;
		k.started += process && ops->guest_option != NULL;
		k.virtio_user += process && fleet_takes_sockets(ops);
		k.sockets += ops->guest_option != NULL;
		k.queues += process ? ops->guest_option != NULL
				    : g_strcmp0(ops->guest_option, DATAPATH_QUEUES) == 0;
		k.virtio += g_str_equal(word, "virtio");
		k.hosted += virtio || mediated;
		k.mediated += mediated ? 1 : 0;
		k.awaited += relays ? 1 : 0;
		k.fellows += relays && nb_together > 1;
		k.deaf |= !relays && !ops->one_way;
	}
	return k;
}

/* Frames of the profile, or of a group's, depend on --mtu. */
static gboolean has_mtu(const mix *m)
{
	for (guint i = 0; i < m->profiles->len; i++) {
		const profile *p = g_ptr_array_index(m->profiles, i);

		if (g_str_has_prefix(p->spec, "genome:") && strchr(p->spec, 'z') != NULL)
			return TRUE;
	}
	return FALSE;
}

/* Has a group of the mix file no arrival of its own? */
static gboolean uses_arrival(const struct options *o)
{
	for (uint32_t i = 0; i < o->traffic->nb_guests; i++)
		if (g_str_equal(o->traffic->guests[i].arrival, o->arrival))
			return TRUE;
	return FALSE;
}

static gboolean has_departures(const struct options *o)
{
	for (unsigned i = 0; i < o->nb_pps; i++)
		if (o->pps[i] > 0)
			return TRUE;
	return FALSE;
}

/* How many mediators there can be: one a guest, none where all are passed through. */
static uint32_t mediators_max(const struct options *o, uint32_t nb_guests)
{
	struct vmux_policy p;

	return o->policy != NULL && vmux_policy_parse(o->policy, (uint32_t)o->vf_limit, &p, NULL) &&
			       vmux_policy_passes_all(&p, nb_guests)
		       ? 0
		       : nb_guests;
}

/* Given, and not as it would be anyway. */
static gboolean is_given(const struct options *o, const char *name)
{
	return !option_is_preset(options_rows, o, name);
}

gboolean options_effect(const struct options *o, GError **error)
{
	const struct kinds k = count_kinds(o);
	g_autofree char *timeout = option_text(option_find(options_rows, "connect-timeout"), o);
	gboolean departs = has_departures(o);
	gboolean mediated = k.mediated != 0;
	gboolean limited = mediated && o->policy != NULL && !g_str_equal(o->policy, "emulate-all");
	const struct {
		gboolean given, has_effect;
		const char *option, *requires;
	} rules[] = {
		{ o->mtu != 0, has_mtu(o->traffic), "--mtu", "a genome profile with a 'z'" },
		{ is_given(o, "arrival"), uses_arrival(o), "--arrival",
			"a group of --mix without an arrival key" },
		{ is_given(o, "arrival") && !g_str_has_prefix(o->arrival, "trace:"), departs,
			"--arrival", "a --rate other than max, or a --link" },
		{ is_given(o, "slack"), departs, "--slack",
			"a --rate other than max, or a --link" },
		{ o->pattern != ENGINE_TO_GUESTS, !k.deaf, "--pattern",
			"guests that can send to guests: processes, --port or --machine external" },
		{ o->pattern != ENGINE_TO_GUESTS, k.fellows != 0, "--pattern",
			"at least two guests on one interface, or on vmux and vmux-virtio" },
		{ o->vhost_word >= 0 && !o->on_lab, k.virtio != 0, "--vhost",
			"a guest on interface virtio" },
		{ o->policy != NULL, mediated, "--policy",
			"a guest on interface vmux or vmux-virtio" },
		{ is_given(o, "vf-limit"), limited, "--vf-limit",
			"--policy passthrough:K or busiest:K of interface vmux or vmux-virtio" },
		{ is_given(o, "mediators"), (uint32_t)o->mediators <= mediators_max(o, k.mediated),
			"--mediators",
			"at least that many guests on interface vmux or vmux-virtio that are not "
			"passed through" },
		{ is_given(o, "descriptors"), k.queues != 0, "--descriptors",
			"a guest process, or a guest on interface virtio, vfio or vmux" },
		{ o->socket_dir != NULL, k.sockets != 0, "--socket-dir",
			"a guest on interface vhost-user, virtio, vfio, vmux or vmux-virtio" },
		{ o->probes != NULL, o->cores.nb_timer != 0, "--probes", "--cores with a timer" },
		{ is_given(o, "guest-driver"), k.virtio_user != 0, "--guest-driver",
			"guest processes on interface vhost-user or vmux-virtio" },
		{ o->per_process != 0, k.started != 0, "--guests-per-process",
			"guest processes started by tsim" },
		{ o->host_pids != NULL || o->guest_pids != NULL,
			g_str_equal(o->machine, "external"), "--host-pids, --guest-pids",
			"--machine external: others are measured by themselves" },
		{ o->host_cores != NULL, k.hosted != 0, "--host-cores",
			"a guest on interface virtio, vmux or vmux-virtio" },
		{ !g_str_equal(timeout, OPTIONS_CONNECT_TIMEOUT) &&
				!g_str_equal(o->machine, "external"),
			k.awaited != 0, "--connect-timeout", "guests to wait for" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
		if (rules[i].given && !rules[i].has_effect)
			return sim_fail(error, SIM_ERROR_USAGE,
				"%s: no effect: requires %s; omit it", rules[i].option,
				rules[i].requires);
	}
	return TRUE;
}
