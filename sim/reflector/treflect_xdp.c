/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/treflect_xdp.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "analyze/base/cli.h"
#include "sim/base/fd.h"
#include "sim/reflector/reflect_xdp.h"

enum { MAC_LEN = 6, MAPS_MAX = 8 };

enum mode { MODE_AUTO, MODE_NATIVE, MODE_GENERIC };

/* reflect.bpf.c, compiled; libbpf wants it aligned as ELF is. */
__asm__(".section .rodata\n"
	".balign 8\n"
	"reflect_object:\n"
	".incbin \"" REFLECT_XDP_OBJECT "\"\n"
	"reflect_object_end:\n"
	".balign 8\n"
	".previous\n");
extern const char reflect_object[], reflect_object_end[];

/* The kernel's own words about the last call of libbpf that failed; "" for none. */
static char kernel_words[256];

static const char *const modes[] = { "auto", "native", "generic", NULL }; /* by enum mode */

struct asked {
	enum mode mode;
};

/* libbpf's handler has no argument of its own. */
static int note_words(enum libbpf_print_level level, const char *format, va_list args)
{
	static const char mark[] = "Kernel error message: ";
	g_autofree char *text = g_strdup_vprintf(format, args);
	const char *words = strstr(text, mark);

	(void)level;
	if (words != NULL) {
		g_strlcpy(kernel_words, words + strlen(mark), sizeof(kernel_words));
		g_strchomp(kernel_words);
	}
	return 0;
}

G_GNUC_PRINTF(1, 2) static gboolean complain(const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	fprintf(stderr, "treflect-xdp: %s\n", text);
	return FALSE;
}

static const char *reason_of(int err)
{
	return kernel_words[0] != '\0' ? kernel_words : g_strerror(err);
}

/* What to do about an errno of loading, attaching or asking. */
static const char *remedy_for(int err)
{
	switch (err) {
	case EPERM:
	case EACCES:
		return "; run as root (or with CAP_BPF and CAP_NET_ADMIN)";
	case ENOSYS:
		return "; kernel without BPF: requires CONFIG_BPF_SYSCALL";
	case EOPNOTSUPP:
		return "; not supported by the driver: use --mode generic";
	case EBUSY:
	case EEXIST:
		return "; another XDP program is attached: remove it with 'ip link set dev NAME "
		       "xdp off'";
	default:
		return "";
	}
}

/* By ioctl: the namespace is this process's own, whatever /sys shows. */
static gboolean own_mac(const char *interface, unsigned char mac[MAC_LEN])
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = errno;
	gboolean known;

	g_strlcpy(request.ifr_name, interface, sizeof(request.ifr_name));
	known = fd >= 0 && ioctl(fd, SIOCGIFHWADDR, &request) == 0;
	if (!known)
		err = errno;
	fd_close(fd);
	if (!known)
		return complain("%s: cannot read the MAC address: %s", interface, g_strerror(err));
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return complain("%s: not an Ethernet interface", interface);
	memcpy(mac, request.ifr_hwaddr.sa_data, MAC_LEN);
	return TRUE;
}

/* What XDP has on an interface. */
struct there {
	const char *interface;
	int ifindex;
	int prog_fd;     /* of our program; -1: it is not there */
	gboolean others; /* a program that is not ours */
	__u8 mode;       /* XDP_ATTACHED_*; of ours */
	struct bpf_prog_info info;
	__u32 maps[MAPS_MAX];
};
typedef struct there there;

static void there_clear(there *t)
{
	fd_close(t->prog_fd);
	t->prog_fd = -1;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(there, there_clear)

/* Is the program of this number ours? Then it is kept open. */
static gboolean keep_ours(there *t, __u32 id, __u8 mode)
{
	__u32 len = sizeof(t->info);
	int fd = id == 0 ? -1 : bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return FALSE;
	memset(&t->info, 0, sizeof(t->info));
	t->info.nr_map_ids = MAPS_MAX;
	t->info.map_ids = (__u64)(uintptr_t)t->maps;
	if (bpf_obj_get_info_by_fd(fd, &t->info, &len) != 0 ||
		strcmp(t->info.name, REFLECT_XDP_PROGRAM) != 0) {
		close(fd);
		return FALSE;
	}
	t->prog_fd = fd;
	t->mode = mode;
	return TRUE;
}

/* t: as its first user has it, or of an earlier look. Its caller clears it, whatever comes of this. */
static gboolean look_at(const char *interface, there *t)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, q);
	int err;

	there_clear(t);
	*t = (there){
		.interface = interface, .ifindex = (int)if_nametoindex(interface), .prog_fd = -1
	};
	if (t->ifindex == 0)
		return complain("%s: interface not found; 'ip link' lists all", interface);
	err = bpf_xdp_query(t->ifindex, 0, &q);
	if (err != 0)
		return complain(
			"%s: cannot query XDP: %s%s", interface, reason_of(-err), remedy_for(-err));
	/* prog_id is there as long as there is only one. */
	t->others = q.attach_mode != XDP_ATTACHED_NONE;
	if (keep_ours(t, q.drv_prog_id, XDP_ATTACHED_DRV) ||
		keep_ours(t, q.skb_prog_id, XDP_ATTACHED_SKB) ||
		keep_ours(t, q.prog_id, q.attach_mode))
		t->others = q.attach_mode == XDP_ATTACHED_MULTI;
	else if (t->others && errno == EPERM)
		return complain("%s: cannot examine the attached XDP program%s", interface,
			remedy_for(EPERM));
	return TRUE;
}

static const char *mode_word(__u8 attached)
{
	return attached == XDP_ATTACHED_DRV   ? "native"
	       : attached == XDP_ATTACHED_SKB ? "generic"
	       : attached == XDP_ATTACHED_HW  ? "offload"
					      : "none";
}

static gboolean detach_ours(const there *t)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, o, .old_prog_fd = t->prog_fd);
	__u32 flags = t->mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	int err = bpf_xdp_detach(t->ifindex, flags, &o);

	return err == 0 || complain("%s: cannot remove the reflector: %s%s", t->interface,
				   reason_of(-err), remedy_for(-err));
}

/* The constants of the program; the only one is the MAC. */
static gboolean set_mac(struct bpf_object *object, const unsigned char mac[MAC_LEN])
{
	struct bpf_map *map = bpf_object__next_map(object, NULL);

	for (; map != NULL; map = bpf_object__next_map(object, map))
		if (bpf_map__is_internal(map) && strstr(bpf_map__name(map), ".rodata") != NULL)
			return bpf_map__set_initial_value(map, mac, MAC_LEN) == 0;
	return FALSE;
}

/* NULL after having said why. */
static struct bpf_object *load_program(const char *interface, const unsigned char mac[MAC_LEN])
{
	struct bpf_object *object = bpf_object__open_mem(
		reflect_object, (size_t)(reflect_object_end - reflect_object), NULL);
	int err;

	if (object == NULL || !set_mac(object, mac)) {
		complain("built-in BPF program is invalid; rebuild treflect-xdp");
		bpf_object__close(object);
		return NULL;
	}
	err = bpf_object__load(object);
	if (err == 0)
		return object;
	complain("%s: kernel rejected the program: %s%s", interface, reason_of(-err),
		remedy_for(-err));
	bpf_object__close(object);
	return NULL;
}

static int attach_program(int ifindex, int prog_fd, enum mode mode)
{
	__u32 flags = mode == MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;

	kernel_words[0] = '\0';
	return -bpf_xdp_attach(ifindex, prog_fd, flags | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
}

/* auto: native, else generic, and why. */
static gboolean attach_somehow(const char *interface, int ifindex, int prog_fd, enum mode mode)
{
	enum mode first = mode == MODE_GENERIC ? MODE_GENERIC : MODE_NATIVE;
	int err = attach_program(ifindex, prog_fd, first);

	if (err != 0 && mode == MODE_AUTO && err != EPERM) {
		complain("%s: native mode not available: %s; using generic mode", interface,
			reason_of(err));
		first = MODE_GENERIC;
		err = attach_program(ifindex, prog_fd, first);
	}
	if (err == 0)
		return TRUE;
	if (first == MODE_NATIVE && (err == EINVAL || err == ERANGE || err == E2BIG))
		return complain(
			"%s: native mode not available: %s; reduce the MTU (ip link set dev %s "
			"mtu 1500), or use --mode generic",
			interface, reason_of(err), interface);
	return complain("%s: %s mode not available: %s%s", interface,
		first == MODE_NATIVE ? "native" : "generic", reason_of(err), remedy_for(err));
}

/* Sum over all CPUs. */
static gboolean read_counters(int map_fd, struct reflect_xdp_counters *sum)
{
	int cpus = libbpf_num_possible_cpus();
	g_autofree struct reflect_xdp_counters *each = g_new0(
		struct reflect_xdp_counters, cpus > 0 ? (gsize)cpus : 1);
	__u32 only = 0;

	*sum = (struct reflect_xdp_counters){ 0 };
	if (cpus <= 0 || bpf_map_lookup_elem(map_fd, &only, each) != 0)
		return FALSE;
	for (int i = 0; i < cpus; i++) {
		sum->reflected_frames += each[i].reflected_frames;
		sum->reflected_bytes += each[i].reflected_bytes;
		sum->passed_frames += each[i].passed_frames;
		sum->passed_bytes += each[i].passed_bytes;
	}
	return TRUE;
}

static gboolean counters_of(const there *t, struct reflect_xdp_counters *sum)
{
	gboolean found = FALSE;

	for (__u32 i = 0; !found && i < MIN(t->info.nr_map_ids, (__u32)MAPS_MAX); i++) {
		struct bpf_map_info info = { 0 };
		__u32 len = sizeof(info);
		int fd = bpf_map_get_fd_by_id(t->maps[i]);

		if (fd < 0)
			continue;
		found = bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
			strcmp(info.name, REFLECT_XDP_COUNTERS) == 0 && read_counters(fd, sum);
		close(fd);
	}
	return found;
}

static gboolean say_status(const there *t)
{
	struct reflect_xdp_counters c;

	if (!counters_of(t, &c))
		return complain("%s: cannot read the counters: %s%s", t->interface,
			g_strerror(errno), remedy_for(errno));
	printf("interface=%s\nmode=%s\nprogram=%u\n", t->interface, mode_word(t->mode), t->info.id);
	printf("reflected_frames=%llu\nreflected_bytes=%llu\n", c.reflected_frames,
		c.reflected_bytes);
	printf("passed_frames=%llu\npassed_bytes=%llu\n", c.passed_frames, c.passed_bytes);
	return TRUE;
}

static gboolean replace_reflector(const there *t, enum mode mode)
{
	unsigned char mac[MAC_LEN];
	struct bpf_object *object;
	gboolean done;

	if (!own_mac(t->interface, mac))
		return FALSE;
	if (t->others)
		return complain("%s: interface in use%s", t->interface, remedy_for(EBUSY));
	if (t->prog_fd >= 0 && !detach_ours(t))
		return FALSE;
	object = load_program(t->interface, mac);
	done = object != NULL && attach_somehow(t->interface, t->ifindex,
					 bpf_program__fd(bpf_object__find_program_by_name(
						 object, REFLECT_XDP_PROGRAM)),
					 mode);
	bpf_object__close(object);
	return done;
}

static int run_start(void *user, char **words)
{
	const struct asked *asked = user;
	g_auto(there) t = { .prog_fd = -1 };

	if (!look_at(words[0], &t) || !replace_reflector(&t, asked->mode) || !look_at(words[0], &t))
		return CLI_FAILED;
	if (t.prog_fd < 0)
		complain("%s: reflector was attached, but has disappeared", words[0]);
	return t.prog_fd >= 0 && say_status(&t) ? CLI_DONE : CLI_FAILED;
}

/* One that is not there is stopped: what undoes a start may run twice. */
static int run_stop(void *asked, char **words)
{
	g_auto(there) t = { .prog_fd = -1 };

	(void)asked;
	if (!look_at(words[0], &t))
		return CLI_FAILED;
	return t.prog_fd < 0 || (say_status(&t) && detach_ours(&t)) ? CLI_DONE : CLI_FAILED;
}

static int run_status(void *asked, char **words)
{
	g_auto(there) t = { .prog_fd = -1 };

	(void)asked;
	if (!look_at(words[0], &t))
		return CLI_FAILED;
	if (t.prog_fd < 0)
		complain("%s: no reflector attached%s; start one with 'treflect-xdp start %s'",
			words[0], t.others ? ", but another XDP program is" : "", words[0]);
	return t.prog_fd >= 0 && say_status(&t) ? CLI_DONE : CLI_FAILED;
}

static const struct option_row start_rows[] = {
	OPTION_ROW(WORD, struct asked, mode, "mode", 0, "MODE",
		"Mode: native (in the driver), generic (in the network stack), or auto: native "
		"if the driver supports it",
		.was = 'm', .preset = "auto", .words = modes),
	{ 0 },
};

static const struct cli_command start = { .name = "start",
	.arguments = "INTERFACE",
	.summary = "Reflect frames to the interface's MAC, replacing a running reflector",
	.options = start_rows,
	.size = sizeof(struct asked),
	.min_words = 1,
	.max_words = 1,
	.run = run_start };
static const struct cli_command stop = { .name = "stop",
	.arguments = "INTERFACE",
	.summary = "Remove the reflector and print its counters",
	.min_words = 1,
	.max_words = 1,
	.run = run_stop };
static const struct cli_command status = { .name = "status",
	.arguments = "INTERFACE",
	.summary = "Print mode and counters",
	.min_words = 1,
	.max_words = 1,
	.run = run_status };

const struct cli_program treflect_xdp_program = { .name = "treflect-xdp",
	.summary = "Reflect the Ethernet frames of an interface in the kernel (XDP)",
	.commands = (const struct cli_command *const[]){ &start, &stop, &status, NULL } };

int treflect_xdp_main(int argc, char **argv)
{
	libbpf_set_print(note_words);
	return cli_main(&treflect_xdp_program, argc, argv);
}
