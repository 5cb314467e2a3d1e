/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of a virtual machine's QEMU: a pure function of its configuration. */
#include "sim/vm/vm.h"

#include <stdarg.h>
#include <string.h>

#include "sim/base/error.h"

enum {
	QEMU_RECONNECT_MS = 902, /* 9.2: reconnect= became reconnect-ms= */
	QEMU_VFIO_USER_JSON =
		1001,     /* 10.1: the client that is in QEMU itself, its socket an object */
	TAP_TX_MAX = 256, /* tx_queue_size that QEMU takes where the back end is no vhost-user */
	QUEUE_SIZE_MIN = 256,
	QUEUE_SIZE_MAX = 1024,
	FIRST_FD = 3,
};

/*
 * Opens the character device $1 as descriptors 3 and up, $2 times, and becomes the rest of its words.
 * A descriptor of more than one digit is none to every sh.
 */
static const char macvtap_script[] = "device=$1 queues=$2\n"
				     "shift 2\n"
				     "exec 3<>\"$device\" || exit 1\n"
				     "[ \"$queues\" -lt 2 ] || exec 4<>\"$device\" || exit 1\n"
				     "[ \"$queues\" -lt 3 ] || exec 5<>\"$device\" || exit 1\n"
				     "[ \"$queues\" -lt 4 ] || exec 6<>\"$device\" || exit 1\n"
				     "[ \"$queues\" -lt 5 ] || exec 7<>\"$device\" || exit 1\n"
				     "[ \"$queues\" -lt 6 ] || exec 8<>\"$device\" || exit 1\n"
				     "[ \"$queues\" -lt 7 ] || exec 9<>\"$device\" || exit 1\n"
				     "exec \"$@\"\n";

static void add(GPtrArray *words, ...) G_GNUC_NULL_TERMINATED;

static void add(GPtrArray *words, ...)
{
	va_list args;
	const char *word;

	va_start(args, words);
	while ((word = va_arg(args, const char *)) != NULL)
		g_ptr_array_add(words, g_strdup(word));
	va_end(args);
}

static void addf(GPtrArray *words, const char *option, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void addf(GPtrArray *words, const char *option, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(words, g_strdup(option));
	g_ptr_array_add(words, g_strdup_vprintf(format, args));
	va_end(args);
}

/* As a value among QEMU's KEY=VALUE,...: a comma is written twice. Newly allocated. */
static char *value(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);

	return g_strjoinv(",,", parts);
}

static gboolean is_microvm(const struct vm_cfg *c)
{
	return c->setup->machine == MACHINE_MICROVM;
}

static gboolean needs(const struct vm_cfg *c, enum setup_needs need)
{
	return (c->setup->interface->needs & need) != 0;
}

char *vm_path(const struct vm_cfg *c, const char *what, const char *suffix)
{
	return g_strdup_printf("%s/%s-%u.%s", c->run_dir, what, c->number, suffix);
}

static void add_machine(GPtrArray *words, const struct vm_cfg *c)
{
	const char *accel = c->accel == VM_KVM ? "kvm" : "tcg";

	add(words, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", NULL);
	add(words, "-accel", accel, "-cpu", c->accel == VM_KVM ? "host" : "max", NULL);
	/* What a microvm has by default is too little for Debian's kernel. */
	addf(words, "-M", "%s,memory-backend=memory",
		is_microvm(c) ? "microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on" : "q35");
	addf(words, "-smp", "%u", c->vcpus);
	addf(words, "-m", "%u", c->memory_mib);
	/* Shared, for who moves frames for it: vhost-user, vfio-user. A memfd leaves no file behind. */
	addf(words, "-object", "memory-backend-memfd,id=memory,size=%uM,share=on%s", c->memory_mib,
		c->hugepages ? ",hugetlb=on,hugetlbsize=2M,prealloc=on" : "");
}

static void add_sockets(GPtrArray *words, const struct vm_cfg *c)
{
	g_autofree char *qmp = vm_path(c, "qmp", "sock"), *qmp_value = value(qmp);
	g_autofree char *console = vm_path(c, "console", "sock"), *console_value = value(console);
	g_autofree char *log = vm_path(c, "console", "log"), *log_value = value(log);

	addf(words, "-qmp", "unix:%s,server=on,wait=off", qmp_value);
	addf(words, "-chardev",
		"socket,id=console,path=%s,server=on,wait=off,logfile=%s,logappend=off",
		console_value, log_value);
	add(words, "-serial", "chardev:console", NULL);
}

static void add_kernel(GPtrArray *words, const struct vm_cfg *c)
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
	add(words, "-kernel", c->kernel, NULL);
	if (c->initrd != NULL)
		add(words, "-initrd", c->initrd, NULL);
	add(words, "-append", append->str, NULL);
}

static const char *bus(const struct vm_cfg *c)
{
	return is_microvm(c) ? "device" : "pci";
}

static void add_disk(GPtrArray *words, const struct vm_cfg *c)
{
	g_autofree char *path = c->disk == NULL ? NULL : value(c->disk);

	if (c->disk == NULL)
		return;
	addf(words, "-drive", "id=root,if=none,format=%s,file=%s",
		g_str_has_suffix(c->disk, ".qcow2") ? "qcow2" : "raw", path);
	addf(words, "-device", "virtio-blk-%s,drive=root%s", bus(c),
		c->setup->ioregionfd ? ",use-ioregionfd=true" : "");
}

/*
 * A virtio-net for netdev. Without KVM there are no irqfds: MSI-X would have no use, and where vhost or
 * vhost-user moves the frames QEMU dies of it (7.2: msix_set_vector_notifiers).
 */
static GString *virtio_net(const struct vm_cfg *c, const char *netdev, const char *mac)
{
	GString *device = g_string_new(NULL);

	g_string_printf(device, "virtio-net-%s,netdev=%s,mac=%s", bus(c), netdev, mac);
	if (!is_microvm(c))
		g_string_append(device, ",romfile=");
	if (!is_microvm(c) && c->accel == VM_TCG)
		g_string_append(device, ",vectors=0");
	return device;
}

static void add_admin(GPtrArray *words, const struct vm_cfg *c)
{
	g_autofree char *tap = c->admin_tap == NULL ? NULL : value(c->admin_tap);
	g_autoptr(GString) device = NULL;

	if (c->admin_tap == NULL)
		return;
	device = virtio_net(c, "admin", c->admin_mac);
	addf(words, "-netdev", "tap,id=admin,ifname=%s,script=no,downscript=no", tap);
	add(words, "-device", device->str, NULL);
}

/* Folders of the host, for guests that mount 9p. */
static void add_folders(GPtrArray *words, const struct vm_cfg *c)
{
	for (unsigned i = 0; c->fsdevs != NULL && c->fsdevs[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(c->fsdevs[i], ":", 2);
		g_autofree char *tag = value(parts[0]);
		g_autofree char *path = value(parts[1] == NULL ? "" : parts[1]);

		addf(words, "-fsdev", "local,id=folder%u,path=%s,security_model=none", i, path);
		addf(words, "-device", "virtio-9p-%s,fsdev=folder%u,mount_tag=%s", bus(c), i, tag);
	}
}

static void add_test_virtio(GPtrArray *words, const struct vm_cfg *c)
{
	g_autoptr(GString) device = virtio_net(c, "test", c->mac);
	unsigned tx = c->tx_queue_size;

	if (c->queues > 1)
		g_string_append(device, ",mq=on");
	/* A vector a queue, one for changes of configuration, one for the control queue. */
	if (c->queues > 1 && !is_microvm(c) && c->accel == VM_KVM)
		g_string_append_printf(device, ",vectors=%u", 2 * c->queues + 2);
	if (!needs(c, SETUP_SOCKET))
		tx = MIN(tx, (unsigned)TAP_TX_MAX);
	if (c->rx_queue_size != 0)
		g_string_append_printf(device, ",rx_queue_size=%u", c->rx_queue_size);
	if (tx != 0)
		g_string_append_printf(device, ",tx_queue_size=%u", tx);
	if (c->setup->ioregionfd)
		g_string_append(device, ",use-ioregionfd=true");
	add(words, "-device", device->str, NULL);
}

/* The generator closes its socket after a trial, and opens it for the next. */
static void add_vhost_user(GPtrArray *words, const struct vm_cfg *c)
{
	g_autofree char *path = value(c->socket);
	const char *again = c->qemu_version >= QEMU_RECONNECT_MS ? "reconnect-ms=1000"
								 : "reconnect=1";

	addf(words, "-chardev", "socket,id=generator,path=%s,%s", path, again);
	addf(words, "-netdev", "vhost-user,id=test,chardev=generator,queues=%u",
		MAX(c->queues, 1U));
	add_test_virtio(words, c);
}

static void add_tap(GPtrArray *words, const struct vm_cfg *c)
{
	g_autofree char *tap = value(c->tap);
	g_autoptr(GString) netdev = g_string_new(NULL);

	g_string_printf(netdev, "tap,id=test,ifname=%s,script=no,downscript=no", tap);
	if (!needs(c, SETUP_VIRTIO)) {
		add(words, "-netdev", netdev->str, NULL);
		addf(words, "-device", "e1000,netdev=test,mac=%s,romfile=", c->mac);
		return;
	}
	g_string_append_printf(netdev, ",vhost=%s", c->setup->vhost ? "on" : "off");
	if (c->queues > 1)
		g_string_append_printf(netdev, ",queues=%u", c->queues);
	add(words, "-netdev", netdev->str, NULL);
	add_test_virtio(words, c);
}

static void add_macvtap(GPtrArray *words, const struct vm_cfg *c)
{
	g_autoptr(GString) fds = g_string_new(NULL);
	gboolean several = c->queues > 1;

	for (unsigned i = 0; i < MAX(c->queues, 1U); i++)
		g_string_append_printf(fds, "%s%u", i == 0 ? "" : ":", FIRST_FD + i);
	addf(words, "-netdev", "tap,id=test,%s=%s,vhost=%s", several ? "fds" : "fd", fds->str,
		c->setup->vhost ? "on" : "off");
	add_test_virtio(words, c);
}

/* For a word of JSON. Newly allocated. */
static char *json_string(const char *text)
{
	GString *s = g_string_new("\"");

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_printf(s, "\\%c", *p);
		else if ((unsigned char)*p < ' ')
			g_string_append_printf(s, "\\u%04x", (unsigned)*p);
		else
			g_string_append_c(s, *p);
	}
	g_string_append_c(s, '"');
	return g_string_free(s, FALSE);
}

static void add_vfio_user(GPtrArray *words, const struct vm_cfg *c)
{
	g_autofree char *path = NULL;

	if (c->qemu_version >= QEMU_VFIO_USER_JSON) {
		path = json_string(c->socket);
		addf(words, "-device",
			"{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":%s}}",
			path);
	} else {
		path = value(c->socket);
		addf(words, "-device", "vfio-user-pci,socket=%s", path);
	}
}

static void add_test(GPtrArray *words, const struct vm_cfg *c)
{
	if (needs(c, SETUP_VMUX))
		add_vfio_user(words, c);
	else if (needs(c, SETUP_SOCKET))
		add_vhost_user(words, c);
	else if (needs(c, SETUP_MACVTAP))
		add_macvtap(words, c);
	else if (needs(c, SETUP_TAP))
		add_tap(words, c);
	else if (needs(c, SETUP_PASS))
		addf(words, "-device", "vfio-pci,host=%s", c->pci);
}

/* What has to stand before QEMU itself. */
static void add_before(GPtrArray *words, const struct vm_cfg *c)
{
	if (needs(c, SETUP_MACVTAP)) {
		add(words, "sh", "-c", macvtap_script, "sh", c->macvtap, NULL);
		g_ptr_array_add(words, g_strdup_printf("%u", MAX(c->queues, 1U)));
	}
	if (c->cpus != NULL)
		add(words, "taskset", "-c", c->cpus, NULL);
}

char *vm_program(const char *qemu_path)
{
	return qemu_path == NULL || qemu_path[0] == '\0'
		       ? g_strdup("qemu-system-x86_64")
		       : g_build_filename(qemu_path, "qemu-system-x86_64", NULL);
}

char **vm_command(const struct vm_cfg *cfg)
{
	GPtrArray *words = g_ptr_array_new();

	g_assert(setup_is_vm(cfg->setup->machine));
	add_before(words, cfg);
	g_ptr_array_add(words, vm_program(cfg->setup->qemu_path));
	add_machine(words, cfg);
	add_sockets(words, cfg);
	add_kernel(words, cfg);
	add_disk(words, cfg);
	add_admin(words, cfg);
	add_folders(words, cfg);
	add_test(words, cfg);
	for (const char *const *word = cfg->extra; word != NULL && *word != NULL; word++)
		add(words, *word, NULL);
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
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
			"%u vCPUs and %u MiB are too little; give it 1 and %d MiB or more",
			c->vcpus, c->memory_mib, VM_MEMORY_MIN_MIB);
	else if (!is_queue_size(c->rx_queue_size) || !is_queue_size(c->tx_queue_size))
		why = g_strdup_printf("queue sizes %u and %u: QEMU takes 256, 512 and 1024",
			c->rx_queue_size, c->tx_queue_size);
	else if (needs(c, SETUP_MACVTAP) && c->queues > VM_MACVTAP_QUEUES_MAX)
		why = g_strdup_printf("%u queues: a macvtap has at most %d here", c->queues,
			VM_MACVTAP_QUEUES_MAX);
	else if (c->queues > 1 && !needs(c, SETUP_VIRTIO))
		why = g_strdup_printf("%u queues: interface %s has one, queues are virtio-net's",
			c->queues, c->setup->interface->word);
	else if (c->kernel == NULL && c->disk == NULL)
		why = g_strdup("neither an image nor a disk to start from");
	if (why == NULL)
		return TRUE;
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "guest %u: %s", c->number, why);
	return FALSE;
}
