/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/lab/lab.h"

#include <string.h>

#include "sim/base/error.h"
#include "sim/lab/lab_private.h"

/* What a journal says of guests that are to stay. */
#define KEPT "guests that tsim run-guest keeps"

enum { NOTHING = -1 };

static gboolean is_kept(const struct journal *j)
{
	g_auto(GStrv) lines = journal_list(j);

	for (char **line = lines; *line != NULL; line++)
		if (strstr(*line, KEPT) != NULL)
			return TRUE;
	return FALSE;
}

/* The journal of a server, empty. */
static struct journal *open_journal(struct lab *l, struct server *s, GError **error)
{
	gboolean left;
	struct journal *j = journal_open(s, &left, error);

	if (j == NULL || !left)
		return j;
	if (is_kept(j)) {
		server_fail(s, error, KEPT " are running; stop them with 'tsim kill-guest'");
	} else {
		lab_say(l, "%s: removing what an interrupted tsim has left", server_name(s));
		if (journal_undo(j, 0, error))
			return j;
	}
	journal_close(j);
	return NULL;
}

struct lab *lab_new(const struct lab_cfg *cfg)
{
	const struct testbed *t = cfg->testbed;
	struct lab *l = g_new0(struct lab, 1);

	l->cfg = *cfg;
	l->depth = NOTHING;
	l->attached = g_ptr_array_new_with_free_func(g_free);
	l->vms = g_ptr_array_new_with_free_func((GDestroyNotify)vm_free);
	l->host = testbed_server(&t->host, "host");
	l->loadgen = g_str_equal(t->host.fqdn, t->loadgen.fqdn)
			     ? l->host
			     : testbed_server(&t->loadgen, "loadgen");
	l->asked = l->host;
	if (cfg->dry != NULL) {
		l->asked = testbed_server(&t->host, "host");
		server_set_dry(l->host, cfg->dry);
		server_set_dry(l->loadgen, cfg->dry);
	}
	return l;
}

gboolean lab_open(struct lab *l, GError **error)
{
	l->journal = open_journal(l, l->host, error);
	if (l->journal != NULL && l->loadgen != l->host)
		l->of_loadgen = open_journal(l, l->loadgen, error);
	else
		l->of_loadgen = l->journal;
	return l->journal != NULL && l->of_loadgen != NULL;
}

/* Takes away what stands above depth. Goes on after an error, and keeps the first. */
static gboolean down_to(struct lab *l, int depth, GError **error)
{
	g_autoptr(GError) first = NULL;

	/* Those in guests go with them: nobody waits for a guest that hangs. */
	if (l->depth >= LAB_REFLECTOR && depth == LAB_GUESTS)
		lab_reflector_down(l);
	if (l->depth >= LAB_GUESTS && depth < LAB_GUESTS) {
		lab_guests_down(l);
		(void)journal_undo(l->journal, l->mark_guests, &first);
	}
	if (l->depth >= LAB_NETWORK && depth < LAB_NETWORK) {
		(void)journal_undo(l->journal, 0, first == NULL ? &first : NULL);
		if (l->of_loadgen != l->journal)
			(void)journal_undo(l->of_loadgen, 0, first == NULL ? &first : NULL);
		lab_network_forget(l);
	}
	l->depth = MIN(l->depth, depth);
	if (first == NULL)
		return TRUE;
	g_propagate_error(error, g_steal_pointer(&first));
	return FALSE;
}

void lab_free(struct lab *l)
{
	g_autoptr(GError) error = NULL;

	if (l == NULL)
		return;
	if (!l->kept && l->journal != NULL && l->of_loadgen != NULL && !down_to(l, NOTHING, &error))
		lab_say(l, "%s; 'tsim teardown-network' tries again", error->message);
	if (l->of_loadgen != l->journal)
		journal_close(l->of_loadgen);
	journal_close(l->journal);
	g_ptr_array_unref(l->vms);
	lab_network_forget(l);
	g_ptr_array_unref(l->attached);
	if (l->loadgen != l->host)
		server_free(l->loadgen);
	if (l->asked != l->host)
		server_free(l->asked);
	server_free(l->host);
	g_strfreev(l->device_sockets);
	g_free(l->vmux_path);
	g_free(l->vmux_sha256);
	g_free(l->vmux_pids);
	g_free(l->qemu_pids);
	g_free(l->qemu);
	g_free(l->qemu_path);
	g_free(l->qemu_checked);
	g_free(l->vfio_user_checked);
	g_free(l->accel);
	g_free(l->reflector_text);
	g_free(l);
}

gboolean lab_keep(struct lab *l, GError **error)
{
	static const char *const nothing[] = { "true", NULL };

	l->kept = journal_make(l->journal, KEPT, nothing, nothing, error);
	return l->kept;
}

/* The network carries any machine and QEMU; guests carry any reflector. */
static int common_depth(struct lab *l, const struct setup *other)
{
	struct setup normal = *other;
	const struct setup *s = &l->setup, *wanted = &normal;
	g_autofree char *death = NULL;

	normal.qemu_path = lab_qemu_folder(l, other);
	if (l->depth == NOTHING || s->interface != wanted->interface ||
		s->guests != wanted->guests ||
		setup_is_vm(s->machine) != setup_is_vm(wanted->machine))
		return NOTHING;
	if (l->depth >= LAB_GUESTS)
		death = lab_guests_death(l);
	if (death != NULL || setup_differs_at(s, wanted) < 6)
		return LAB_NETWORK;
	return s->reflector == wanted->reflector ? LAB_REFLECTOR : LAB_GUESTS;
}

static void take_setup(struct lab *l, const struct setup *s)
{
	char *qemu = g_strdup(s->qemu), *path = g_strdup(lab_qemu_folder(l, s));

	l->setup = *s;
	g_free(l->qemu);
	g_free(l->qemu_path);
	l->setup.qemu = l->qemu = qemu;
	l->setup.qemu_path = l->qemu_path = path;
}

/* What QEMU would only say when all else stands. */
static gboolean check_vhost(struct lab *l, const struct setup *s, GError **error)
{
	return !s->vhost || !setup_is_vm(s->machine) || l->cfg.dry != NULL ||
	       server_test(l->host, "test", "-c", "/dev/vhost-net", NULL) ||
	       server_fail(l->host, error,
		       "vhost on requires /dev/vhost-net: modprobe vhost_net, or a kernel with "
		       "CONFIG_VHOST_NET");
}

/* What guests complain of when vmux has ended under them is no cause. */
static void blame_devices(struct lab *l, GError **error)
{
	g_autofree char *death = lab_devices_death(l);

	if (death == NULL)
		return;
	g_clear_error(error);
	server_fail(l->host, error, "%s", death);
}

typedef gboolean (*stage_up)(struct lab *l, const struct setup *s, GError **error);

gboolean lab_apply(struct lab *l, const struct setup *wanted, enum lab_depth depth, GError **error)
{
	static const stage_up up[] = { lab_network_up, lab_guests_up, lab_reflector_up };
	const char *why = setup_impossible(wanted);
	g_autofree char *lacks = lab_lacks(l->cfg.testbed, wanted, 0);

	if (why != NULL || lacks != NULL) {
		g_autofree char *text = setup_text(wanted);

		return sim_fail(error, SIM_ERROR_USAGE, "%s: %s", text, why != NULL ? why : lacks);
	}
	if (!check_vhost(l, wanted, error) || !down_to(l, common_depth(l, wanted), error))
		return FALSE;
	take_setup(l, wanted);
	while (l->depth < (int)depth) {
		if (l->depth + 1 == LAB_GUESTS)
			l->mark_guests = journal_mark(l->journal);
		/* It stands, or parts of it do, and then go again. */
		l->depth++;
		g_assert(l->depth >= LAB_NETWORK && l->depth <= LAB_REFLECTOR);
		if (!up[l->depth](l, &l->setup, error)) {
			blame_devices(l, error);
			(void)down_to(l, l->depth - 1, NULL);
			return FALSE;
		}
	}
	return TRUE;
}
