/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of a virtual machine's QEMU: a pure function of its configuration. */
#include "sim/vm/vm.h"

#include <stdint.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/vm/vm_scripts.h"

enum {
	QEMU_RECONNECT_MS = 902, /* 9.2: reconnect= became reconnect-ms= */
	QEMU_VFIO_USER_JSON =
		1001,     /* 10.1: the client that is in QEMU itself, its socket an object */
	TAP_TX_MAX = 256, /* tx_queue_size that QEMU takes where the back end is no vhost-user */
	QUEUE_SIZE_MIN = 256,
	QUEUE_SIZE_MAX = 1024,
	FIRST_FD = 3,
};

/* As a value among QEMU's KEY=VALUE,...: a comma is written twice. Newly allocated. */
static char *qemu_value(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);

	return g_strjoinv(",,", parts);
}

static gboolean is_microvm(const struct vm_cfg *c)
{
	return c->setup->machine == MACHINE_MICROVM;
}

char *vm_path(const struct vm_cfg *c, const char *what, const char *suffix)
{
	return g_strdup_printf("%s/%s-%u.%s", c->run_dir, what, c->number, suffix);
}

static void add_machine(GStrvBuilder *words, const struct vm_cfg *c)
{
	const char *accel = c->accel == VM_KVM ? "kvm" : "tcg";

	g_strv_builder_add_many(
		words, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", NULL);
	g_strv_builder_add_many(
		words, "-accel", accel, "-cpu", c->accel == VM_KVM ? "host" : "max", NULL);
	/* What a microvm has by default is too little for Debian's kernel. */
	argv_addf(words, "-M", "%s,memory-backend=memory",
		is_microvm(c) ? "microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on" : "q35");
	argv_addf(words, "-smp", "%u", c->vcpus);
	argv_addf(words, "-m", "%u", c->memory_mib);
	/* Shared, for who moves frames for it: vhost-user, vfio-user. A memfd leaves no file behind. */
	argv_addf(words, "-object", "memory-backend-memfd,id=memory,size=%uM,share=on",
		c->memory_mib);
}

static void add_sockets(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autofree char *qmp = vm_path(c, "qmp", "sock"), *qmp_value = qemu_value(qmp);
	g_autofree char *console = vm_path(c, "console", "sock"),
			*console_value = qemu_value(console);
	g_autofree char *log = vm_path(c, "console", "log"), *log_value = qemu_value(log);

	argv_addf(words, "-qmp", "unix:%s,server=on,wait=off", qmp_value);
	argv_addf(words, "-chardev",
		"socket,id=console,path=%s,server=on,wait=off,logfile=%s,logappend=off",
		console_value, log_value);
	g_strv_builder_add_many(words, "-serial", "chardev:console", NULL);
}

static void add_kernel(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autoptr(GString) append = g_string_new("console=ttyS0 reboot=t panic=-1 quiet");

	if (c->kernel == NULL)
		return;
	if (c->mac != NULL)
		g_string_append_printf(append, " tsim.mac=%s", c->mac);
	if (is_microvm(c) && c->accel == VM_TCG && c->tsc_khz != 0)
		g_string_append_printf(append, " tsc_early_khz=%lu", c->tsc_khz);
	if (c->append != NULL)
		g_string_append_printf(append, " %s", c->append);
	g_strv_builder_add_many(words, "-kernel", c->kernel, NULL);
	if (c->initrd != NULL)
		g_strv_builder_add_many(words, "-initrd", c->initrd, NULL);
	g_strv_builder_add_many(words, "-append", append->str, NULL);
}

static const char *bus_word(const struct vm_cfg *c)
{
	return is_microvm(c) ? "device" : "pci";
}

static void add_disk(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autofree char *path = c->disk == NULL ? NULL : qemu_value(c->disk);

	if (c->disk == NULL)
		return;
	argv_addf(words, "-drive", "id=root,if=none,format=%s,file=%s",
		g_str_has_suffix(c->disk, ".qcow2") ? "qcow2" : "raw", path);
	argv_addf(words, "-device", "virtio-blk-%s,drive=root%s", bus_word(c),
		c->setup->ioregionfd ? ",use-ioregionfd=true" : "");
}

/*
 * A virtio-net for netdev. Without KVM there are no irqfds: MSI-X would have no use, and where vhost or
 * vhost-user moves the frames QEMU dies of it (7.2: msix_set_vector_notifiers).
 */
static GString *virtio_net(const struct vm_cfg *c, const char *netdev, const char *mac)
{
	GString *device = g_string_new(NULL);

	g_string_printf(device, "virtio-net-%s,netdev=%s,mac=%s", bus_word(c), netdev, mac);
	if (!is_microvm(c))
		g_string_append(device, ",romfile=");
	if (!is_microvm(c) && c->accel == VM_TCG)
		g_string_append(device, ",vectors=0");
	return device;
}

static void add_admin(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autofree char *tap = c->admin_tap == NULL ? NULL : qemu_value(c->admin_tap);
	g_autoptr(GString) device = NULL;

	if (c->admin_tap == NULL)
		return;
	device = virtio_net(c, "admin", c->admin_mac);
	argv_addf(words, "-netdev", "tap,id=admin,ifname=%s,script=no,downscript=no", tap);
	g_strv_builder_add_many(words, "-device", device->str, NULL);
}

/* Folders of the host, for guests that mount 9p. */
static void add_folders(GStrvBuilder *words, const struct vm_cfg *c)
{
	for (unsigned i = 0; c->fsdevs != NULL && c->fsdevs[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(c->fsdevs[i], ":", 2);
		g_autofree char *tag = qemu_value(parts[0]);
		g_autofree char *path = qemu_value(parts[1] == NULL ? "" : parts[1]);

		argv_addf(
			words, "-fsdev", "local,id=folder%u,path=%s,security_model=none", i, path);
		argv_addf(words, "-device", "virtio-9p-%s,fsdev=folder%u,mount_tag=%s", bus_word(c),
			i, tag);
	}
}

static void add_test_virtio(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autoptr(GString) device = virtio_net(c, "test", c->mac);
	unsigned tx = c->tx_queue_size;

	if (c->queues > 1)
		g_string_append(device, ",mq=on");
	/* A vector a queue, one for changes of configuration, one for the control queue. */
	if (c->queues > 1 && !is_microvm(c) && c->accel == VM_KVM)
		g_string_append_printf(device, ",vectors=%u", 2 * c->queues + 2);
	if (!setup_has(c->setup, SETUP_SOCKET))
		tx = MIN(tx, (unsigned)TAP_TX_MAX);
	if (c->rx_queue_size != 0)
		g_string_append_printf(device, ",rx_queue_size=%u", c->rx_queue_size);
	if (tx != 0)
		g_string_append_printf(device, ",tx_queue_size=%u", tx);
	if (c->setup->ioregionfd)
		g_string_append(device, ",use-ioregionfd=true");
	g_strv_builder_add_many(words, "-device", device->str, NULL);
}

/* The generator closes its socket after a trial, and opens it for the next. */
static void add_vhost_user(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autofree char *path = qemu_value(c->socket);
	const char *again = c->qemu_version >= QEMU_RECONNECT_MS ? "reconnect-ms=1000"
								 : "reconnect=1";

	argv_addf(words, "-chardev", "socket,id=generator,path=%s,%s", path, again);
	argv_addf(words, "-netdev", "vhost-user,id=test,chardev=generator,queues=%u",
		MAX(c->queues, 1U));
	add_test_virtio(words, c);
}

static void add_tap(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autofree char *tap = qemu_value(c->tap);
	g_autoptr(GString) netdev = g_string_new(NULL);

	g_string_printf(netdev, "tap,id=test,ifname=%s,script=no,downscript=no", tap);
	if (!setup_has(c->setup, SETUP_VIRTIO)) {
		g_strv_builder_add_many(words, "-netdev", netdev->str, NULL);
		argv_addf(words, "-device", "e1000,netdev=test,mac=%s,romfile=", c->mac);
		return;
	}
	g_string_append_printf(netdev, ",vhost=%s", c->setup->vhost ? "on" : "off");
	if (c->queues > 1)
		g_string_append_printf(netdev, ",queues=%u", c->queues);
	g_strv_builder_add_many(words, "-netdev", netdev->str, NULL);
	add_test_virtio(words, c);
}

static void add_macvtap(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autoptr(GString) fds = g_string_new(NULL);
	gboolean several = c->queues > 1;

	for (unsigned i = 0; i < MAX(c->queues, 1U); i++)
		g_string_append_printf(fds, "%s%u", i == 0 ? "" : ":", FIRST_FD + i);
	argv_addf(words, "-netdev", "tap,id=test,%s=%s,vhost=%s", several ? "fds" : "fd", fds->str,
		c->setup->vhost ? "on" : "off");
	add_test_virtio(words, c);
}

static void add_vfio_user(GStrvBuilder *words, const struct vm_cfg *c)
{
	g_autoptr(JsonNode) socket = json_node_init_string(json_node_alloc(), c->socket);
	g_autofree char *json = json_to_string(socket, FALSE), *path = qemu_value(c->socket);

	if (c->qemu_version >= QEMU_VFIO_USER_JSON)
		argv_addf(words, "-device",
			"{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":%s}}",
			json);
	else
		argv_addf(words, "-device", "vfio-user-pci,socket=%s", path);
}

static void add_test(GStrvBuilder *words, const struct vm_cfg *c)
{
	if (setup_has(c->setup, SETUP_VMUX | SETUP_VFIO_USER))
		add_vfio_user(words, c);
	else if (setup_has(c->setup, SETUP_SOCKET))
		add_vhost_user(words, c);
	else if (setup_has(c->setup, SETUP_MACVTAP))
		add_macvtap(words, c);
	else if (setup_has(c->setup, SETUP_TAP))
		add_tap(words, c);
	else if (setup_has(c->setup, SETUP_PASS))
		argv_addf(words, "-device", "vfio-pci,host=%s", c->pci);
}

/* What has to stand before QEMU itself. */
static void add_before(GStrvBuilder *words, const struct vm_cfg *c)
{
	if (setup_has(c->setup, SETUP_MACVTAP)) {
		g_strv_builder_add_many(words, "sh", "-c", VM_MACVTAP_SH, "sh", c->macvtap, NULL);
		argv_addf(words, NULL, "%u", MAX(c->queues, 1U));
	}
	if (c->cpus != NULL)
		g_strv_builder_add_many(words, "taskset", "-c", c->cpus, NULL);
}

char *vm_cpus(const char *lists, uint32_t guest)
{
	g_auto(GStrv) all = g_strsplit(lists, ";", -1);

	return g_strdup(all[guest % g_strv_length(all)]);
}

char *vm_program(const char *qemu_path)
{
	return qemu_path == NULL || qemu_path[0] == '\0'
		       ? g_strdup("qemu-system-x86_64")
		       : g_build_filename(qemu_path, "qemu-system-x86_64", NULL);
}

char **vm_command(const struct vm_cfg *cfg)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autofree char *program = vm_program(cfg->setup->qemu_path);

	g_assert(setup_is_vm(cfg->setup->machine));
	add_before(words, cfg);
	g_strv_builder_add(words, program);
	add_machine(words, cfg);
	add_sockets(words, cfg);
	add_kernel(words, cfg);
	add_disk(words, cfg);
	add_admin(words, cfg);
	add_folders(words, cfg);
	add_test(words, cfg);
	if (cfg->extra != NULL)
		g_strv_builder_addv(words, (const char **)(uintptr_t)cfg->extra);
	return g_strv_builder_end(words);
}

static gboolean is_queue_size(unsigned n)
{
	return n == 0 || (n >= QUEUE_SIZE_MIN && n <= QUEUE_SIZE_MAX && (n & (n - 1)) == 0);
}

gboolean vm_check(const struct vm_cfg *c, GError **error)
{
	g_autofree char *why = NULL;

	if (c->vcpus == 0 || c->memory_mib < VM_MEMORY_MIN_MIB)
		why = g_strdup_printf(
			"invalid size: %u vCPUs and %u MiB; expected at least 1 vCPU and %d MiB",
			c->vcpus, c->memory_mib, VM_MEMORY_MIN_MIB);
	else if (!is_queue_size(c->rx_queue_size) || !is_queue_size(c->tx_queue_size))
		why = g_strdup_printf("invalid queue sizes %u and %u; expected 256, 512 or 1024",
			c->rx_queue_size, c->tx_queue_size);
	else if (c->queues > setup_queues_max(c->setup))
		why = g_strdup_printf(
			"invalid number of queues %u; interface %s supports at most %u", c->queues,
			c->setup->interface->word, setup_queues_max(c->setup));
	else if (c->kernel == NULL && c->disk == NULL)
		why = g_strdup("requires an image or a disk to boot");
	return why == NULL || sim_fail(error, SIM_ERROR_USAGE, "guest %u: %s", c->number, why);
}
