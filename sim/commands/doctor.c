/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/commands/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyze/base/table.h"
#include "sim/base/error.h"
#include "sim/commands/commands_private.h"
#include "sim/trial/host_watch.h"

enum {
	ASK_TIMEOUT_MS = 60000,
	FILES_TSIM = 32, /* open files of a tsim that has no guests, and at most of each guest */
	FILES_GUEST = 8,
};

/*
 * Everything in one answer; a file that is not there says nothing. Bridges and the like are tried,
 * in a network namespace that ends with the try; KVM by a virtual CPU that does
 * not run.
 */
static const char script[] =
	"say() { [ -z \"$2\" ] || echo \"$1 $2\"; }\n"
	"file() { [ ! -r \"$2\" ] || say \"$1\" \"$(tr '\\n' ' ' <\"$2\" 2>/dev/null)\"; }\n"
	"there() { [ ! -e \"$2\" ] || say \"$1\" yes; }\n"
	"try() { k=$1; shift; if \"$@\" >/dev/null 2>&1 </dev/null; then say $k yes; "
	"else say $k no; fi; }\n"
	"net() { try \"$1\" timeout 10 unshare --net sh -c \"$2\"; }\n"
	"cpu=/sys/devices/system/cpu\n"
	"PATH=$PATH:/usr/sbin:/sbin\n"
	"say uid \"$(id -u)\"\n"
	"say cpus \"$(nproc)\"\n"
	"for d in /sys/kernel/mm/hugepages/hugepages-*; do\n"
	"	[ ! -e \"$d\" ] || say huge "
	"\"${d##*-} $(cat \"$d/nr_hugepages\" \"$d/free_hugepages\" | tr '\\n' ' ')\"\n"
	"done\n"
	"file shmem_huge /sys/kernel/mm/transparent_hugepage/shmem_enabled\n"
	"say governor \"$(cat $cpu/cpu*/cpufreq/scaling_governor 2>/dev/null | sort -u | "
	"tr '\\n' ' ')\"\n"
	"file no_turbo $cpu/intel_pstate/no_turbo\n"
	"file boost $cpu/cpufreq/boost\n"
	"file isolated $cpu/isolated\n"
	"file smt $cpu/smt/active\n"
	"say iommu \"$(ls /sys/kernel/iommu_groups 2>/dev/null | wc -l)\"\n"
	"say flags \"$(grep -m 1 '^flags' /proc/cpuinfo | "
	"grep -owE 'vmx|svm|constant_tsc|nonstop_tsc|hypervisor' | tr '\\n' ' ')\"\n"
	"say mhz \"$(sed -n '/^cpu MHz/ { s|.*: ||p; q }' /proc/cpuinfo)\"\n"
	"file clocksource /sys/devices/system/clocksource/clocksource0/current_clocksource\n"
	"there kvm_device /dev/kvm\n"
	"say qemu \"$(qemu-system-x86_64 --version 2>/dev/null | head -n 1)\"\n"
	"[ ! -e /dev/kvm ] || try kvm timeout 20 sh -c 'ulimit -c 0; echo quit | "
	"qemu-system-x86_64 -accel kvm "
	"-cpu host -machine pc -m 64 -S -nodefaults -display none -monitor stdio'\n"
	"there vhost_net /dev/vhost-net\n"
	"modprobe -n -q vhost_net 2>/dev/null && say vhost_module yes\n"
	"there tun /dev/net/tun\n"
	"if [ \"$(id -u)\" -eq 0 ]; then\n"
	"	net bridge 'ip link add name try-b type bridge'\n"
	"	net macvtap 'ip link add name try-a type veth peer name try-b && "
	"ip link add link try-a name try-m type macvtap'\n"
	"	net tap 'ip tuntap add dev try-t mode tap'\n"
	"fi\n"
	"there vfio_pci /sys/bus/pci/drivers/vfio-pci\n"
	"modprobe -n -q vfio-pci 2>/dev/null && say vfio_module yes\n"
	"say caps \"$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)\"\n"
	"file lockdown /sys/kernel/security/lockdown\n"
	"say limits \"$(bash -c 'ulimit -l; ulimit -Hn; ulimit -r' 2>/dev/null | tr '\\n' ' ')\"\n"
	/* The control groups of this shell, upwards: FILE QUOTA PERIOD. */
	"up() { d=$1$2; d=${d%/}; while [ \"${d#\"$1\"}\" != \"$d\" ]; do\n"
	"	[ ! -r \"$d/cpu.max\" ] || say quota \"$d/cpu.max $(cat \"$d/cpu.max\")\"\n"
	"	[ ! -r \"$d/cpu.cfs_quota_us\" ] || say quota \"$d/cpu.cfs_quota_us "
	"$(cat \"$d/cpu.cfs_quota_us\") $(cat \"$d/cpu.cfs_period_us\")\"\n"
	"	d=${d%/*}; done; }\n"
	"v1=$(sed -n 's|^[0-9]*:\\([^:]*,\\)*cpu\\(,[^:]*\\)*:||p' /proc/self/cgroup 2>/dev/null)\n"
	"v2=$(sed -n 's|^0::||p' /proc/self/cgroup 2>/dev/null)\n"
	"for top in /sys/fs/cgroup/cpu /sys/fs/cgroup/cpu,cpuacct; do\n"
	"	[ -L $top ] || [ ! -d $top ] || up $top \"$v1\"; done\n"
	"[ ! -e /sys/fs/cgroup/cgroup.controllers ] || up /sys/fs/cgroup \"$v2\"\n"
	"file bridge_nf /proc/sys/net/bridge/bridge-nf-call-iptables\n"
	"say forward \"$({ iptables -S FORWARD; nft list ruleset; } 2>/dev/null | "
	"grep -m 1 -oiE 'P FORWARD DROP|hook forward.*policy drop')\"\n"
	"if [ -S /run/udev/control ]; then\n"
	"	links=$(ls /etc/systemd/network/*.link /run/systemd/network/*.link "
	"/usr/lib/systemd/network/*.link 2>/dev/null)\n"
	"	[ -z \"$links\" ] || {\n"
	"	say mac_policy \"$(grep -l '^MACAddressPolicy=persistent' $links | tr '\\n' ' "
	"')\"\n"
	"	say mac_policy_off \"$(grep -l '^OriginalName=.*tsim' $links | "
	"xargs -r grep -l '^MACAddressPolicy=none' | tr '\\n' ' ')\"; }\n"
	"fi\n"
	"exit 0\n";

/* The answer, and where the rows about it go. */
struct ward {
	GHashTable *said; /* KEY: VALUE; of huge the lines together */
	const char *machine;
	GPtrArray *rows;
};

static void row_free(gpointer data)
{
	struct doctor_row *r = data;

	g_free(r->machine);
	g_free(r->found);
	g_free(r->remedy);
	g_free(r);
}

GPtrArray *doctor_rows_new(void)
{
	return g_ptr_array_new_with_free_func(row_free);
}

static const char *value_of(const struct ward *w, const char *key)
{
	return g_hash_table_lookup(w->said, key);
}

static const char *value_or(const struct ward *w, const char *key, const char *otherwise)
{
	return value_of(w, key) == NULL ? otherwise : value_of(w, key);
}

static gboolean value_is(const struct ward *w, const char *key, const char *value)
{
	return g_strcmp0(value_of(w, key), value) == 0;
}

static gboolean has_word(const struct ward *w, const char *key, const char *word)
{
	g_auto(GStrv) words = g_strsplit(value_or(w, key, ""), " ", -1);

	return g_strv_contains((const char *const *)words, word);
}

/* remedy is for verdicts but DOCTOR_OK. */
static void add_row(struct ward *w, const char *what, enum doctor_verdict verdict,
	const char *remedy, const char *format, ...) G_GNUC_PRINTF(5, 6);

static void add_row(struct ward *w, const char *what, enum doctor_verdict verdict,
	const char *remedy, const char *format, ...)
{
	struct doctor_row *r = g_new0(struct doctor_row, 1);
	va_list args;

	va_start(args, format);
	r->found = g_strdup_vprintf(format, args);
	va_end(args);
	r->machine = g_strdup(w->machine);
	r->what = what;
	r->verdict = verdict;
	r->remedy = verdict == DOCTOR_OK ? NULL : g_strdup(remedy);
	g_ptr_array_add(w->rows, r);
}

static void judge_user(struct ward *w)
{
	gboolean root = value_is(w, "uid", "0");

	add_row(w, "user", root ? DOCTOR_OK : DOCTOR_WARN,
		"bridges, taps and drivers require root: run with sudo, or set ssh_as_root",
		root ? "root" : "user %s", value_or(w, "uid", "?"));
}

/* Each line: SIZE ALL FREE. */
static void judge_hugepages(struct ward *w)
{
	g_auto(GStrv) lines = g_strsplit(value_or(w, "huge", ""), "\n", -1);
	g_autoptr(GString) found = g_string_new(NULL);

	for (char **l = lines; *l != NULL; l++) {
		g_auto(GStrv) n = g_strsplit(*l, " ", -1);

		if (g_strv_length(n) >= 3 && !g_str_equal(n[1], "0"))
			g_string_append_printf(found, "%s%s of %s, %s free",
				found->len == 0 ? "" : "; ", n[1], n[0], n[2]);
	}
	add_row(w, "hugepages", found->len == 0 ? DOCTOR_WARN : DOCTOR_OK,
		"required for --hugepages and NICs only: echo 1024 >/proc/sys/vm/nr_hugepages",
		"%s", found->len == 0 ? "none" : found->str);
}

/* Free ones of 2 MiB, in the lines of judge_hugepages. */
static guint64 free_of_2_mib(const struct ward *w)
{
	const char *at = strstr(value_or(w, "huge", ""), "2048kB ");
	guint64 all, left;
	char *end;

	if (at == NULL)
		return 0;
	all = g_ascii_strtoull(at + strlen("2048kB "), &end, 10);
	left = g_ascii_strtoull(end, NULL, 10);
	return MIN(all, left);
}

/* What sim/base/pages.h does, in its order. */
static void judge_queue_memory(struct ward *w)
{
	guint64 reserved = free_of_2_mib(w);
	gboolean transparent = value_of(w, "shmem_huge") != NULL &&
			       !has_word(w, "shmem_huge", "[never]") &&
			       !has_word(w, "shmem_huge", "[deny]");
	g_autofree char *found = reserved != 0
					 ? g_strdup_printf("pages of 2 MiB (%" G_GUINT64_FORMAT
							   " reserved)",
						   reserved)
				 : transparent ? g_strdup("pages of 2 MiB (transparent)")
					       : g_strdup("pages of 4 KiB");

	add_row(w, "queue memory", reserved != 0 || transparent ? DOCTOR_OK : DOCTOR_WARN,
		"vfio at maximum rate forwards some 10 % more with 256 or 1,024 guests whose "
		"queues lie on 2 MiB pages: echo advise "
		">/sys/kernel/mm/transparent_hugepage/shmem_enabled, or reserve 1 page per 5 "
		"guests "
		"(frames up to 1518 bytes): echo 210 >/proc/sys/vm/nr_hugepages",
		"%s", found);
}

static void judge_frequency(struct ward *w)
{
	const char *governor = value_of(w, "governor");
	gboolean turbo = value_is(w, "no_turbo", "0") || value_is(w, "boost", "1");
	gboolean known = value_of(w, "no_turbo") != NULL || value_of(w, "boost") != NULL;

	add_row(w, "governor",
		governor == NULL || g_str_equal(governor, "performance") ? DOCTOR_OK : DOCTOR_WARN,
		"CPU frequency changes during a trial: cpupower frequency-set -g performance", "%s",
		governor == NULL ? "not available" : governor);
	add_row(w, "turbo", turbo ? DOCTOR_WARN : DOCTOR_OK,
		"CPU frequency depends on temperature and load: echo 1 "
		">/sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 "
		">/sys/devices/system/cpu/cpufreq/boost",
		"%s",
		!known  ? "not available"
		: turbo ? "on"
			: "off");
}

static void judge_cpus(struct ward *w)
{
	const char *isolated = value_of(w, "isolated");
	gboolean smt = value_is(w, "smt", "1");

	add_row(w, "CPUs", value_is(w, "cpus", "1") ? DOCTOR_WARN : DOCTOR_OK,
		"generator and guests share one CPU and departures are late: use a machine with "
		"more CPUs",
		"%s", value_or(w, "cpus", "?"));
	add_row(w, "isolated CPUs", isolated == NULL ? DOCTOR_WARN : DOCTOR_OK,
		"the kernel schedules other work on the generator's CPUs: boot with "
		"isolcpus=2-3 nohz_full=2-3 rcu_nocbs=2-3, and use --cores 2-3",
		"%s", isolated == NULL ? "none" : isolated);
	add_row(w, "hyperthreads", smt ? DOCTOR_WARN : DOCTOR_OK,
		"two CPUs share a core: keep the siblings of workers idle, or echo off "
		">/sys/devices/system/cpu/smt/control",
		"%s",
		value_of(w, "smt") == NULL ? "not available"
		: smt                      ? "on"
					   : "off");
}

static void judge_tsc(struct ward *w)
{
	gboolean constant = has_word(w, "flags", "constant_tsc");
	gboolean nonstop = has_word(w, "flags", "nonstop_tsc");
	const char *source = value_of(w, "clocksource");
	gboolean distrusted = source != NULL && !host_clock_source_trusts_tsc(source);

	add_row(w, "TSC", constant && nonstop && !distrusted ? DOCTOR_OK : DOCTOR_BAD,
		constant && nonstop ? "TSC, the source of all times, is unstable: see dmesg, or "
				      "use another machine"
				    : "TSC is the source of all times: use a machine (or a "
				      "virtual machine type) with constant_tsc and nonstop_tsc",
		"%sconstant, %sstop, CPU at %s MHz, clock source %s", constant ? "" : "not ",
		nonstop ? "non" : "may ", value_or(w, "mhz", "?"), value_or(w, "clocksource", "?"));
}

static void judge_kvm(struct ward *w)
{
	gboolean flag = has_word(w, "flags", "vmx") || has_word(w, "flags", "svm");
	gboolean device = value_is(w, "kvm_device", "yes"), works = value_is(w, "kvm", "yes");
	const char *remedy = "enable VT-x or AMD-V in the firmware";

	if (has_word(w, "flags", "hypervisor"))
		remedy = "this is a virtual machine: enable nested virtualization on its host";
	if (flag)
		remedy = device ? "grant access to /dev/kvm: add the user to group kvm"
				: "load the module: modprobe kvm_intel or kvm_amd";
	add_row(w, "KVM", works ? DOCTOR_OK : DOCTOR_WARN, remedy, "%s",
		works     ? "works"
		: !flag   ? "not available: CPU has neither vmx nor svm; guests run under TCG "
			    "(slow)"
		: !device ? "no /dev/kvm; guests run under TCG (slow)"
			  : "not usable by QEMU; guests run under TCG (slow)");
	add_row(w, "QEMU", value_of(w, "qemu") == NULL ? DOCTOR_BAD : DOCTOR_OK,
		"apt-get install qemu-system-x86, or set qemu_path", "%s",
		value_or(w, "qemu", "no qemu-system-x86_64 in $PATH"));
}

static void judge_vhost(struct ward *w)
{
	gboolean there = value_is(w, "vhost_net", "yes"),
		 module = value_is(w, "vhost_module", "yes");

	add_row(w, "vhost-net", there ? DOCTOR_OK : DOCTOR_WARN,
		module ? "required for vhost=on: modprobe vhost_net"
		       : "required for vhost=on: use a kernel with CONFIG_VHOST_NET",
		"%s",
		there    ? "works"
		: module ? "module not loaded"
			 : "not available");
}

static void judge_tried(struct ward *w, const char *what, const char *key, const char *remedy)
{
	const char *answer = value_of(w, key);

	if (answer == NULL)
		add_row(w, what, DOCTOR_WARN, "run as root", "unknown (requires root)");
	else
		add_row(w, what, g_str_equal(answer, "yes") ? DOCTOR_OK : DOCTOR_BAD, remedy, "%s",
			g_str_equal(answer, "yes") ? "works" : "not available");
}

static void judge_networks(struct ward *w)
{
	judge_tried(w, "bridge", "bridge",
		"required for interface bridge: modprobe bridge, apt-get install iproute2");
	judge_tried(w, "macvtap", "macvtap", "required for interface macvtap: modprobe macvtap");
	judge_tried(w, "tap", "tap", "required for interface bridge: modprobe tun");
}

static void judge_vfio(struct ward *w)
{
	gboolean iommu = value_of(w, "iommu") != NULL && !value_is(w, "iommu", "0");
	gboolean there = value_is(w, "vfio_pci", "yes"), module = value_is(w, "vfio_module", "yes");

	add_row(w, "IOMMU", iommu ? DOCTOR_OK : DOCTOR_WARN,
		"required for interfaces vfio and vmux-pt and for NICs of the generator: enable "
		"VT-d or AMD-Vi in the firmware, boot with intel_iommu=on iommu=pt",
		iommu ? "%s groups" : "none", value_of(w, "iommu"));
	add_row(w, "vfio-pci", there || module ? DOCTOR_OK : DOCTOR_WARN,
		"required for NICs of guests and DPDK: use a kernel with CONFIG_VFIO_PCI", "%s",
		there    ? "there"
		: module ? "module, loaded on demand"
			 : "not available");
}

static void judge_bpf(struct ward *w)
{
	enum { NET_ADMIN = 12, SYS_ADMIN = 21, BPF = 39 }; /* linux/capability.h */
	guint64 caps = g_ascii_strtoull(value_or(w, "caps", ""), NULL, 16);
	gboolean may = (caps >> NET_ADMIN & 1) != 0 && ((caps >> BPF | caps >> SYS_ADMIN) & 1) != 0;
	const char *lockdown = value_of(w, "lockdown");
	gboolean locked = lockdown != NULL && strstr(lockdown, "[confidentiality]") != NULL;

	add_row(w, "XDP", may && !locked ? DOCTOR_OK : DOCTOR_WARN,
		"treflect-xdp requires root (CAP_BPF, CAP_NET_ADMIN) and a kernel without "
		"confidentiality lockdown",
		"%s",
		locked ? "kernel is locked down"
		: may  ? "allowed"
		       : "not allowed");
}

/* Each line: FILE QUOTA PERIOD; "max" and -1 are none. */
static void judge_quota(struct ward *w)
{
	g_auto(GStrv) lines = g_strsplit(value_or(w, "quota", ""), "\n", -1);
	g_autofree char *path = NULL;
	double least = 0;

	for (char **l = lines; *l != NULL; l++) {
		g_auto(GStrv) n = g_strsplit(*l, " ", -1);
		double quota, period;

		if (g_strv_length(n) < 3)
			continue;
		quota = g_ascii_strtod(n[1], NULL);
		period = g_ascii_strtod(n[2], NULL);
		if (!(quota > 0 && period > 0) || (path != NULL && quota / period >= least))
			continue;
		least = quota / period;
		g_free(path);
		path = g_strdup(n[0]);
	}
	if (path == NULL)
		add_row(w, "CPU quota", DOCTOR_OK, NULL, "none");
	else
		add_row(w, "CPU quota", DOCTOR_WARN,
			"the kernel throttles generator and guests: remove the quota (CPUQuota= "
			"of systemd, docker run --cpus), or use dedicated CPUs (--cpuset-cpus)",
			"%.3g CPUs (%s)", least, path);
}

static void judge_bridge_filter(struct ward *w)
{
	gboolean filtered = value_is(w, "bridge_nf", "1"), drops = value_of(w, "forward") != NULL;

	add_row(w, "bridge filter", filtered && drops ? DOCTOR_BAD : DOCTOR_OK,
		"iptables' FORWARD policy drops frames of interface bridge: sysctl "
		"net.bridge.bridge-nf-call-iptables=0, or iptables -P FORWARD ACCEPT",
		"%s",
		filtered && drops ? "br_netfilter, and FORWARD policy DROP"
		: filtered        ? "br_netfilter, no FORWARD policy DROP found"
				  : "none");
}

static void judge_mac_policy(struct ward *w)
{
	const char *files = value_of(w, "mac_policy");
	gboolean persistent = files != NULL && value_of(w, "mac_policy_off") == NULL;

	add_row(w, "MACAddressPolicy", persistent ? DOCTOR_WARN : DOCTOR_OK,
		"udev replaces the MAC addresses of bridges and taps: create "
		"/etc/systemd/network/10-tsim.link with [Match] OriginalName=tsim* and [Link] "
		"MACAddressPolicy=none",
		persistent ? "persistent (%s)" : "%s", persistent ? files : "not persistent");
}

/* memlock (KiB), files, real-time priority; of "unlimited" nothing is wrong. */
static void judge_limits(struct ward *w)
{
	g_auto(GStrv) n = g_strsplit(value_or(w, "limits", ""), " ", -1);
	guint64 memlock, files;

	if (g_strv_length(n) < 3) {
		add_row(w, "limits", DOCTOR_OK, NULL, "unknown");
		return;
	}
	memlock = g_str_equal(n[0], "unlimited") ? G_MAXUINT64 : g_ascii_strtoull(n[0], NULL, 10);
	files = g_str_equal(n[1], "unlimited") ? G_MAXUINT64 : g_ascii_strtoull(n[1], NULL, 10);
	add_row(w, "locked memory",
		memlock >= 65536 || value_is(w, "uid", "0") ? DOCTOR_OK : DOCTOR_WARN,
		"too low for NICs and AF_XDP: raise memlock in /etc/security/limits.conf",
		g_str_equal(n[0], "unlimited") ? "%s" : "%s KiB", n[0]);
	if (files == G_MAXUINT64)
		add_row(w, "open files", DOCTOR_OK, NULL, "%s", n[1]);
	else
		add_row(w, "open files", files >= 4096 ? DOCTOR_OK : DOCTOR_WARN,
			"too low for hundreds of guests: raise nofile in "
			"/etc/security/limits.conf",
			"%s: enough for %" G_GUINT64_FORMAT " guests", n[1],
			(files - MIN(files, (guint64)FILES_TSIM)) / FILES_GUEST);
	add_row(w, "real-time priority", DOCTOR_OK, NULL, "%s", n[2]);
}

static GHashTable *table_of(const char *answer)
{
	GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);

	for (char **l = lines; *l != NULL; l++) {
		char *value = strchr(*l, ' ');
		const char *former;

		if (value == NULL)
			continue;
		*value++ = '\0';
		g_strstrip(value);
		former = g_hash_table_lookup(all, *l);
		if (value[0] != '\0')
			g_hash_table_replace(all, g_strdup(*l),
				former == NULL ? g_strdup(value)
					       : g_strdup_printf("%s\n%s", former, value));
	}
	return all;
}

void doctor_judge(const char *machine, const char *answer, GPtrArray *rows)
{
	static void (*const judges[])(struct ward * w) = { judge_user, judge_cpus, judge_tsc,
		judge_frequency, judge_hugepages, judge_queue_memory, judge_kvm, judge_vhost,
		judge_networks, judge_vfio, judge_bpf, judge_quota, judge_bridge_filter,
		judge_mac_policy, judge_limits };
	g_autoptr(GHashTable) all = table_of(answer);
	struct ward w = { .said = all, .machine = machine, .rows = rows };

	for (size_t i = 0; i < G_N_ELEMENTS(judges); i++)
		judges[i](&w);
}

gboolean doctor_examine(struct server *s, GPtrArray *rows, GError **error)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	g_auto(server_result) r = { 0 };

	if (!server_run(s, argv, NULL, ASK_TIMEOUT_MS, &r, error))
		return FALSE;
	if (r.status != 0)
		return sim_fail(error, SIM_ERROR_SERVER,
			"%s: examination failed (exit status %d): %s", server_name(s), r.status,
			g_strchomp(r.err));
	if (!server_is_dry(s))
		doctor_judge(server_name(s), r.out, rows);
	return TRUE;
}

static const char *const verdict_words[] = { "ok", "warn", "bad" };

/* Remedies are sentences: in text they stand below what they are for. */
static char *as_text(const GPtrArray *rows)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < rows->len; i++) {
		const struct doctor_row *r = g_ptr_array_index(rows, i);

		g_string_append_printf(text, "%-8s %-5s %-19s %s\n", r->machine,
			verdict_words[r->verdict], r->what, r->found);
		if (r->remedy != NULL)
			g_string_append_printf(text, "%35s%s\n", "", r->remedy);
	}
	return g_string_free(text, FALSE);
}

static void verdict_cell(table *t, const void *row, const struct table_column *column)
{
	(void)column;
	table_string(t, verdict_words[((const struct doctor_row *)row)->verdict]);
}

#define AT(member_) .at = offsetof(struct doctor_row, member_)

static const struct table_column columns[] = {
	{ "machine", NULL, TABLE_TEXT, AT(machine), .flags = TABLE_KEY },
	{ "what", NULL, TABLE_TEXT, AT(what), .flags = TABLE_KEY },
	{ "verdict", .cell = verdict_cell },
	{ "found", NULL, TABLE_TEXT, AT(found) },
	{ "remedy", NULL, TABLE_TEXT, AT(remedy) },
};

char *doctor_format(const GPtrArray *rows, enum cli_format format)
{
	g_autoptr(table) t = table_new();

	if (format == CLI_TEXT)
		return as_text(rows);
	table_columns(t, columns, G_N_ELEMENTS(columns));
	for (guint i = 0; i < rows->len; i++)
		table_add(t, g_ptr_array_index(rows, i));
	return table_format(t, format);
}

struct doctor_asked {
	struct bench bench;
	enum cli_format format;
};

static int run_doctor(void *user, char **words)
{
	struct doctor_asked *asked = user;
	struct bench *b = &asked->bench;
	g_autoptr(GPtrArray) rows = doctor_rows_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	int status = CLI_DONE;

	(void)words;
	if (!bench_open(b))
		return CLI_USAGE;
	for (unsigned i = 0; i < b->nb && status == CLI_DONE; i++)
		if (!doctor_examine(b->server[i], rows, &error))
			status = bench_fail(error);
	if (!b->dry) {
		text = doctor_format(rows, asked->format);
		fputs(text, stdout);
	}
	for (guint i = 0; i < rows->len; i++)
		if (((struct doctor_row *)rows->pdata[i])->verdict == DOCTOR_BAD)
			status = CLI_FAILED;
	bench_clear(b);
	return status;
}

static const struct option_row doctor_rows[] = {
	CLI_FORMAT_ROW(struct doctor_asked, format),
	BENCH_ROWS(struct doctor_asked, bench.),
	{ 0 },
};

const struct cli_command command_doctor = { .name = "doctor",
	.arguments = "",
	.summary = "Check that the machines are fit for measuring",
	.options = doctor_rows,
	.size = sizeof(struct doctor_asked),
	.run = run_doctor };
