/* SPDX-License-Identifier: BSD-3-Clause */
/* The stage of a lab that is guests: virtual machines, and the wait until they listen. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/base/text.h"
#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/vm/image.h"
#include "sim/lab/lab_private.h"
#include "sim/host/network.h"
#include "sim/server/process.h"
#include "traffic/frame.h"

enum {
	ASSUMED_VERSION = 702, /* of a QEMU that a dry run cannot ask */
	BATCH = 8,             /* guests that start at a time: more only wait for each other */
	BOOT_KVM_S = 120,      /* and of each guest more, as they boot together */
	BOOT_KVM_GUEST_S = 2,
	BOOT_TCG_S = 240,
	BOOT_TCG_GUEST_S = 15,
	HOLD_POLL_US = 20000,
	HOLD_TIMEOUT_US = 20000000,
};

/* The first label of a name has the number: vm.example.org, vm7.example.org. */
static char *numbered_name(const char *fqdn, uint32_t guest)
{
	const char *at = strchr(fqdn, '@');

	return lab_insert_number(fqdn, strchr(at == NULL ? fqdn : at, '.'), guest);
}

/* A disk's guest is reached over a network of its own. */
static gboolean make_admin(struct lab *l, uint32_t guest, struct vm_cfg *cfg, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	uint8_t mac[6];

	frame_guest_mac(t->admin_mac, guest, mac);
	cfg->admin_mac = frame_mac_format(mac);
	cfg->admin_tap = network_numbered(t->admin_tap, guest);
	return network_bridge(l->journal, NULL, t->admin_bridge, error) &&
	       (t->admin_bridge_ip_net == NULL || network_address(l->journal, NULL, t->admin_bridge,
							  t->admin_bridge_ip_net, error)) &&
	       network_tap(l->journal, NULL, cfg->admin_tap, 1, error) &&
	       network_enslave(l->journal, NULL, cfg->admin_tap, t->admin_bridge, error);
}

static void attach_guest(
	const struct lab *l, const struct setup *s, uint32_t guest, struct vm_cfg *cfg)
{
	const char *to = guest < l->attached->len ? l->attached->pdata[guest] : NULL;

	if (lab_devices_process(s) != NULL)
		cfg->socket = l->device_sockets[guest];
	else if (setup_has(s, SETUP_SOCKET))
		cfg->socket = to;
	else if (setup_has(s, SETUP_MACVTAP))
		cfg->macvtap = to;
	else if (setup_has(s, SETUP_TAP))
		cfg->tap = to;
	else if (setup_has(s, SETUP_PASS))
		cfg->pci = to;
}

static unsigned long tsc_khz(struct lab *l)
{
	g_autofree char *info = server_ask(l->asked, NULL, "cat", "/proc/cpuinfo", NULL);
	const char *mhz = info == NULL ? NULL : strstr(info, "cpu MHz");

	mhz = mhz == NULL ? NULL : strchr(mhz, ':');
	return mhz == NULL ? 0 : (unsigned long)(g_ascii_strtod(mhz + 1, NULL) * 1000);
}

/* What QEMU is there, and how fast it can be. A dry run goes on where nobody answers. */
static gboolean ask_host(struct lab *l, const struct setup *s, struct vm_cfg *cfg, GError **error)
{
	gboolean dry = l->cfg.dry != NULL, reached = !dry || server_test(l->asked, "true", NULL);
	g_autoptr(GError) why = NULL;
	g_autofree char *slow = NULL;

	cfg->qemu_version = ASSUMED_VERSION;
	if (!reached)
		lab_say(l, "%s: not reachable: assuming QEMU 7.2 and KVM", server_name(l->asked));
	else if (!vm_qemu_version(l->asked, s->qemu_path, &cfg->qemu_version, &why) && !dry) {
		g_propagate_error(error, g_steal_pointer(&why));
		return FALSE;
	} else if (why != NULL)
		lab_say(l, "%s: assuming QEMU 7.2", why->message);
	cfg->accel = reached ? vm_accel_of(l->asked, &slow) : VM_KVM;
	cfg->tsc_khz = reached ? tsc_khz(l) : 0;
	g_free(l->accel);
	l->accel = slow == NULL ? g_strdup("kvm") : g_strdup_printf("tcg: %s", slow);
	l->qemu_version = cfg->qemu_version;
	return TRUE;
}

static gboolean start_vm(struct lab *l, const struct setup *s, const struct vm_cfg *common,
	uint32_t guest, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	struct vm_cfg cfg = *common;
	g_autofree char *mac = lab_mac(l, guest), *disk = NULL;
	g_autofree char *cpus = t->guest_cpus == NULL ? NULL : vm_cpus(t->guest_cpus, guest);
	struct vm *vm = NULL;

	/* Several guests have a disk and a name each. */
	if (t->root_disk != NULL)
		disk = s->guests == 1 ? g_strdup(t->root_disk)
				      : lab_numbered_path(t->root_disk, guest);
	cfg.number = guest;
	cfg.mac = mac;
	cfg.disk = disk;
	cfg.cpus = cpus;
	attach_guest(l, s, guest, &cfg);
	if (disk == NULL || make_admin(l, guest, &cfg, error))
		vm = vm_start(l->journal, l->netns, &cfg, error);
	if (disk != NULL) {
		g_free((void *)(uintptr_t)cfg.admin_mac);
		g_free((void *)(uintptr_t)cfg.admin_tap);
	}
	if (vm == NULL)
		return FALSE;
	g_ptr_array_add(l->vms, vm);
	if (disk != NULL) {
		struct testbed_server ssh = t->guest;
		g_autofree char *label = g_strdup_printf("guest %u", guest);

		ssh.fqdn = s->guests == 1 ? g_strdup(ssh.fqdn) : numbered_name(ssh.fqdn, guest);
		vm_reach_by(vm, testbed_server(&ssh, label));
		g_free(ssh.fqdn);
	}
	return TRUE;
}

static unsigned boot_timeout_ms(const struct lab *l)
{
	gboolean kvm = g_strcmp0(l->accel, "kvm") == 0;

	if (l->cfg.connect_timeout_ns != 0)
		return (unsigned)(l->cfg.connect_timeout_ns / 1000000);
	return 1000 * (kvm ? BOOT_KVM_S + BOOT_KVM_GUEST_S * l->setup.guests
			   : BOOT_TCG_S + BOOT_TCG_GUEST_S * l->setup.guests);
}

/* From the last batch on: a guest that waits for another's memory is no faster. */
static gboolean wait_for_batch(struct lab *l, guint first, GError **error)
{
	if (l->cfg.dry != NULL)
		return TRUE;
	for (guint i = first; i < l->vms->len; i++) {
		if (!vm_wait(l->vms->pdata[i], boot_timeout_ms(l), error)) {
			g_prefix_error(error, "guest %u: ", i);
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean start_vms(struct lab *l, const struct setup *s, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	const char *state = server_state_dir(l->host, error);
	g_autofree char *run_dir = state == NULL ? NULL : g_build_filename(state, "vm", NULL);
	struct image image = { 0 };
	struct vm_cfg cfg = {
		.setup = s,
		.vcpus = t->vcpus,
		.memory_mib = t->memory_mib,
		.queues = t->queues,
		.rx_queue_size = t->rx_queue_size,
		.tx_queue_size = t->tx_queue_size,
		.run_dir = run_dir,
		.fsdevs = (const char *const *)t->fsdevs,
		.extra = (const char *const *)t->qemu_args,
	};
	gboolean done = TRUE;

	if (state == NULL || !ask_host(l, s, &cfg, error) ||
		(t->root_disk == NULL &&
			!image_make(l->host, s,
				setup_has(s, SETUP_DEVICE) ? l->attached->pdata[0] : NULL, &image,
				error)))
		return FALSE;
	cfg.kernel = image.kernel;
	cfg.initrd = image.initrd;
	lab_say(l, "QEMU %u.%u, %s", cfg.qemu_version / 100, cfg.qemu_version % 100, l->accel);
	for (uint32_t i = 0; done && i < s->guests; i++) {
		done = start_vm(l, s, &cfg, i, error);
		if (done && ((i + 1) % BATCH == 0 || i + 1 == s->guests))
			done = wait_for_batch(l, i / BATCH * BATCH, error);
	}
	image_clear(&image);
	return done;
}

static gboolean sockets_are_there(const struct lab *l)
{
	for (guint i = 0; i < l->attached->len; i++)
		if (!g_file_test(l->attached->pdata[i], G_FILE_TEST_EXISTS))
			return FALSE;
	return TRUE;
}

/*
 * QEMU starts a machine on a vhost-user socket when somebody answers there, and no sooner. So a
 * tsim waits for guests there, until they are up and trials take its place.
 */
static gboolean hold_sockets(struct lab *l, const struct setup *s, GError **error)
{
	g_autofree char *self = lab_program(&l->cfg.testbed->loadgen, "tsim");
	g_autofree char *guests = g_strdup_printf("--guests=%u", s->guests);
	g_autofree char *dir = g_strdup_printf("--socket-dir=%s", l->socket_dir);
	g_autofree char *mac = lab_mac(l, 0), *base = g_strdup_printf("--mac=%s", mac);
	g_autofree char *out = g_strdup_printf("--out=%s/held", l->socket_dir);
	const char *argv[] = { self, "run", "--machine=external", "--interface=vhost-user", guests,
		dir, base, "--connect-timeout=1h", out, "--overwrite", "--quiet", NULL };
	gint64 until_us = g_get_monotonic_time() + HOLD_TIMEOUT_US;

	if (l->cfg.dry != NULL)
		return server_do(l->loadgen, argv, error);
	if (!g_spawn_async(NULL, (char **)(uintptr_t)argv, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL |
			    G_SPAWN_STDOUT_TO_DEV_NULL,
		    lab_lead_group, GINT_TO_POINTER(getpid()), &l->holder, error))
		return FALSE;
	while (!sockets_are_there(l)) {
		if (waitpid(l->holder, NULL, WNOHANG) == l->holder ||
			g_get_monotonic_time() > until_us) {
			g_autofree char *line = server_quote(argv);

			return sim_fail(error, SIM_ERROR_GUEST,
				"no guest sockets in %s; to debug, run: %s", l->socket_dir, line);
		}
		g_usleep(HOLD_POLL_US);
	}
	return TRUE;
}

char **lab_guests_processes(const struct lab *l)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();

	if (l->device_sockets != NULL)
		g_strv_builder_add(names, lab_devices_process(&l->setup));
	for (guint i = 0; i < l->vms->len; i++)
		argv_addf(names, NULL, "qemu-%u", i);
	return g_strv_builder_end(names);
}

/* For tsim run, which knows PIDs of its own machine only. */
static void find_pids(struct lab *l)
{
	g_auto(GStrv) names = lab_guests_processes(l);
	char **qemus = names + (l->device_sockets != NULL);

	if (l->cfg.dry != NULL || l->loadgen != l->host)
		return;
	/* The other one moves no frames. */
	if (setup_has(&l->setup, SETUP_VMUX))
		l->vmux_pids = process_pids(l->host, (const char *const[]){ "vmux", NULL });
	l->qemu_pids = process_pids(l->host, (const char *const *)qemus);
}

gboolean lab_guests_up(struct lab *l, const struct setup *s, GError **error)
{
	if (!setup_is_vm(s->machine))
		return TRUE;
	if (lab_devices_process(s) != NULL && !lab_devices_up(l, s, error))
		return FALSE;
	if (setup_has(s, SETUP_SOCKET) && !setup_has(s, SETUP_VFIO_USER) &&
		!hold_sockets(l, s, error))
		return FALSE;
	lab_say(l, "starting %u %s guest%s", s->guests, setup_machine_word(s->machine),
		text_plural(s->guests));
	if (!start_vms(l, s, error))
		return FALSE;
	find_pids(l);
	return TRUE;
}

/* The journal does what this leaves: in a dry run, to say each thing once, all. */
void lab_guests_down(struct lab *l)
{
	lab_release_sockets(l);
	for (guint i = 0; l->cfg.dry == NULL && i < l->vms->len; i++) {
		g_autoptr(GError) error = NULL;

		if (!vm_stop(l->vms->pdata[i], &error))
			lab_say(l, "guest %u: %s", i, error->message);
	}
	g_ptr_array_set_size(l->vms, 0);
	g_clear_pointer(&l->device_sockets, g_strfreev);
	g_clear_pointer(&l->vmux_pids, g_free);
	g_clear_pointer(&l->qemu_pids, g_free);
}

char *lab_guests_death(struct lab *l)
{
	g_autofree char *death_of_devices = lab_devices_death(l);

	for (guint i = 0; l->cfg.dry == NULL && i < l->vms->len; i++) {
		struct vm *vm = l->vms->pdata[i];
		/* Without its device a machine may not answer; and vmux ends when a QEMU does. */
		const char *death = death_of_devices == NULL ? vm_death(vm) : vm_exit(vm);

		if (death != NULL)
			return g_strdup_printf("%s%sguest %u: %s",
				death_of_devices == NULL ? "" : death_of_devices,
				death_of_devices == NULL ? "" : "\n", i, death);
	}
	return g_steal_pointer(&death_of_devices);
}

void lab_release_sockets(struct lab *l)
{
	if (l->holder == 0)
		return;
	kill(l->holder, SIGTERM);
	kill(l->holder, SIGTERM); /* a second one ends it at once */
	waitpid(l->holder, NULL, 0);
	g_spawn_close_pid(l->holder);
	l->holder = 0;
}
