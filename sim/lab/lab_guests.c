/* SPDX-License-Identifier: BSD-3-Clause */
/* The stage of a lab that is guests: vMux, virtual machines, and the wait until they listen. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/base/text.h"
#include "sim/base/error.h"
#include "sim/vm/image.h"
#include "sim/vm/vmux_process.h"
#include "sim/lab/lab_private.h"
#include "sim/host/network.h"
#include "sim/server/process.h"
#include "traffic/frame.h"

enum {
	BATCH = 8,        /* guests that start at a time: more only wait for each other */
	BOOT_KVM_S = 120, /* and of each guest more, as they boot together */
	BOOT_KVM_GUEST_S = 2,
	BOOT_TCG_S = 240,
	BOOT_TCG_GUEST_S = 15,
	HOLD_POLL_US = 20000,
	HOLD_TIMEOUT_US = 20000000,
	VMUX_TIMEOUT_US = 30000000,
};

/* text with the guest's number before at (in text; NULL: at its end). Newly allocated. */
static char *insert_number(const char *text, const char *at, uint32_t guest)
{
	int head = at == NULL ? (int)strlen(text) : (int)(at - text);

	return g_strdup_printf("%.*s%u%s", head, text, guest, text + head);
}

/* With the guest's number before its suffix: disk.qcow2, disk7.qcow2. Newly allocated. */
static char *numbered_path(const char *path, uint32_t guest)
{
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');

	return insert_number(path, slash != NULL && dot < slash ? NULL : dot, guest);
}

/* vmux makes its sockets when it has its devices. */
static gboolean wait_for_vmux(struct lab *l, const char *last_socket, GError **error)
{
	gint64 until_us = g_get_monotonic_time() + VMUX_TIMEOUT_US;
	g_autofree char *words = NULL;

	while (l->cfg.dry == NULL && !server_test(l->host, "test", "-S", last_socket, NULL)) {
		enum process_state state;
		int status;

		if (!process_look(l->host, "vmux", &state, &status, error))
			return FALSE;
		if (state == PROCESS_RUNNING && g_get_monotonic_time() < until_us) {
			g_usleep(HOLD_POLL_US);
			continue;
		}
		words = process_words(l->host, "vmux", 5);
		return sim_fail(error, SIM_ERROR_GUEST, "%s: vmux %s: %s", server_name(l->host),
			state == PROCESS_RUNNING ? "created no socket" : "exited", words);
	}
	return TRUE;
}

static gboolean start_vmux(struct lab *l, const struct setup *s, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	const char *state = server_state_dir(l->host, error);
	g_autofree char *stem = NULL;
	g_autofree char *mac = lab_mac(l, 0);
	g_auto(GStrv) argv = NULL;
	g_autoptr(GPtrArray) sockets = g_ptr_array_new_with_free_func(g_free);

	if (state == NULL)
		return FALSE;
	stem = t->vmux_socket_path == NULL ? g_build_filename(state, "vmux.sock", NULL)
					   : g_strdup(t->vmux_socket_path);
	for (uint32_t i = 0; i < s->guests; i++)
		g_ptr_array_add(sockets, numbered_path(stem, i));
	argv = vmux_command(&(struct vmux_cfg){ .program = t->vmux_path,
		.setup = s,
		.base_mac = mac,
		.attached = (const char *const *)l->attached->pdata,
		.sockets = (const char *const *)sockets->pdata });
	if (!journal_start(l->journal, "vmux", l->netns, (const char *const *)argv, error) ||
		!wait_for_vmux(l, sockets->pdata[s->guests - 1], error))
		return FALSE;
	for (uint32_t i = 0; i < s->guests; i++) {
		g_free(l->attached->pdata[i]);
		l->attached->pdata[i] = g_strdup(sockets->pdata[i]);
	}
	return TRUE;
}

/* The first label of a name has the number: vm.example.org, vm7.example.org. */
static char *numbered_name(const char *fqdn, uint32_t guest)
{
	const char *at = strchr(fqdn, '@');

	return insert_number(fqdn, strchr(at == NULL ? fqdn : at, '.'), guest);
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

	if (setup_has(s, SETUP_VMUX | SETUP_SOCKET))
		cfg->socket = to;
	else if (setup_has(s, SETUP_MACVTAP))
		cfg->macvtap = to;
	else if (setup_has(s, SETUP_TAP))
		cfg->tap = to;
	else if (setup_has(s, SETUP_PASS))
		cfg->pci = to;
}

/* Lists of CPUs, in turn; NULL: anywhere. Newly allocated. */
static char *cpus_of(const struct lab *l, uint32_t guest)
{
	g_auto(GStrv) lists = l->cfg.testbed->guest_cpus == NULL
				      ? NULL
				      : g_strsplit(l->cfg.testbed->guest_cpus, ";", -1);

	return lists == NULL || lists[0] == NULL ? NULL
						 : g_strdup(lists[guest % g_strv_length(lists)]);
}

static unsigned long tsc_khz(struct lab *l)
{
	g_autofree char *info = NULL;
	const char *mhz;

	/* This machine's also in a dry run. */
	if (!server_is_local(l->host))
		info = server_ask(l->host, NULL, "cat", "/proc/cpuinfo", NULL);
	else if (!g_file_get_contents("/proc/cpuinfo", &info, NULL, NULL))
		return 0;
	mhz = info == NULL ? NULL : strstr(info, "cpu MHz");

	mhz = mhz == NULL ? NULL : strchr(mhz, ':');
	return mhz == NULL ? 0 : (unsigned long)(g_ascii_strtod(mhz + 1, NULL) * 1000);
}

static gboolean start_vm(struct lab *l, const struct setup *s, const struct vm_cfg *common,
	uint32_t guest, GError **error)
{
	const struct testbed *t = l->cfg.testbed;
	struct vm_cfg cfg = *common;
	g_autofree char *mac = lab_mac(l, guest), *disk = NULL;
	g_autofree char *cpus = cpus_of(l, guest);
	struct vm *vm = NULL;

	/* Several guests have a disk and a name each. */
	if (t->root_disk != NULL)
		disk = s->guests == 1 ? g_strdup(t->root_disk) : numbered_path(t->root_disk, guest);
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
	g_autofree char *why = NULL;
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

	if (state == NULL || !vm_qemu_version(l->host, s->qemu_path, &cfg.qemu_version, error) ||
		(t->root_disk == NULL &&
			!image_make(l->host, s, setup_has(s, SETUP_DEVICE) ? l->passed : NULL,
				&image, error)))
		return FALSE;
	cfg.accel = vm_accel_of(l->host, &why);
	cfg.kernel = image.kernel;
	cfg.initrd = image.initrd;
	cfg.tsc_khz = tsc_khz(l);
	g_free(l->accel);
	l->accel = why == NULL ? g_strdup("kvm") : g_strdup_printf("tcg: %s", why);
	l->qemu_version = cfg.qemu_version;
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

gboolean lab_guests_up(struct lab *l, const struct setup *s, GError **error)
{
	if (!setup_is_vm(s->machine))
		return TRUE;
	if (setup_has(s, SETUP_VMUX) && !start_vmux(l, s, error))
		return FALSE;
	if (l->socket_dir != NULL && !hold_sockets(l, s, error))
		return FALSE;
	lab_say(l, "starting %u %s guest%s", s->guests, setup_machine_word(s->machine),
		text_plural(s->guests));
	return start_vms(l, s, error);
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
}

char *lab_guests_death(struct lab *l)
{
	for (guint i = 0; l->cfg.dry == NULL && i < l->vms->len; i++) {
		const char *death = vm_death(l->vms->pdata[i]);

		if (death != NULL)
			return g_strdup_printf("guest %u: %s", i, death);
	}
	return NULL;
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
