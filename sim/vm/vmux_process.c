/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/vmux_process.h"

#include <string.h>

#include "sim/vm/vm.h"

/* Left out, vmux pins its threads to CPUs 0 to 6; this is every CPU that its sets have room for. */
#define ANY_CPU "0-1023"

/* A guest takes some dozens of descriptors, a shell's soft limit is 1024. */
static const char limit_script[] = "ulimit -S -n 4096 2>/dev/null\nexec \"$@\"\n";

/* What vmux calls them. */
static const struct {
	const char *word, *mode;
} modes[] = {
	{ "vmux-pt", "passthrough" },
	{ "vmux-emu", "e1000-emu" },
	{ "vmux-emu-e810", "emulation" },
	{ "vmux-dpdk", "e1000-emu" },
	{ "vmux-dpdk-e810", "emulation" },
	{ "vmux-med", "mediation" },
	{ "vmux-vdpdk", "vdpdk" },
};

static const char *mode_of(const struct setup_interface *i)
{
	for (unsigned m = 0; m < G_N_ELEMENTS(modes); m++)
		if (g_str_equal(modes[m].word, i->word))
			return modes[m].mode;
	g_assert_not_reached();
}

/* Of a role ("rx:") and a guest; NULL: the role is not named. Newly allocated. */
static char *role_cpus(const char *spec, const char *role, uint32_t guest)
{
	g_auto(GStrv) parts = spec == NULL ? NULL : g_strsplit(spec, "/", -1);

	for (char **p = parts; p != NULL && *p != NULL; p++)
		if (g_str_has_prefix(*p, role))
			return vm_cpus(*p + strlen(role), guest);
	return NULL;
}

/* As many -s, -d and -m, and -t where there is no DPDK, as there are guests: else vmux aborts. */
static void add_guest(GStrvBuilder *words, const struct vmux_cfg *c, uint32_t guest)
{
	gboolean tap = setup_has(c->setup, SETUP_TAP), shared = setup_has(c->setup, SETUP_SHARED);
	const char *attached = shared ? NULL : c->attached[guest];
	g_autofree char *rx = role_cpus(c->cpus, "rx:", guest);
	g_autofree char *runner = role_cpus(c->cpus, "runner:", guest);

	g_strv_builder_add_many(
		words, "-s", c->sockets[guest], "-d", tap || shared ? "none" : attached, NULL);
	if (!shared)
		g_strv_builder_add_many(words, "-t", tap ? attached : "none", NULL);
	g_strv_builder_add_many(words, "-m", mode_of(c->setup->interface), "-e",
		rx == NULL ? ANY_CPU : rx, "-f", runner == NULL ? ANY_CPU : runner, NULL);
}

char **vmux_command(const struct vmux_cfg *cfg)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	gboolean dpdk = setup_has(cfg->setup, SETUP_SHARED);
	g_autofree char *main_cpus = role_cpus(cfg->cpus, "main:", 0);

	g_strv_builder_add_many(words, "sh", "-c", limit_script, "sh", NULL);
	if (!dpdk && main_cpus != NULL)
		g_strv_builder_add_many(words, "taskset", "-c", main_cpus, NULL);
	g_strv_builder_add_many(words, cfg->program, "-q", "-b", cfg->base_mac, NULL);
	for (uint32_t i = 0; i < cfg->setup->guests; i++)
		add_guest(words, cfg, i);
	if (dpdk)
		g_strv_builder_add_many(
			words, "-u", "--", "-l", main_cpus == NULL ? "0" : main_cpus, NULL);
	if (dpdk && cfg->attached != NULL && cfg->attached[0] != NULL)
		g_strv_builder_add_many(words, "-a", cfg->attached[0], NULL);
	return g_strv_builder_end(words);
}

gboolean vmux_listens(const char *proc_net_unix, const char *socket)
{
	/* Num RefCount Protocol Flags Type St Inode Path; this flag is __SO_ACCEPTCON. */
	static const char accepts[] = " 00010000 ";
	g_auto(GStrv) lines = g_strsplit(proc_net_unix, "\n", -1);
	g_autofree char *end = g_strconcat(" ", socket, NULL);

	for (char **line = lines; *line != NULL; line++)
		if (g_str_has_suffix(*line, end) && strstr(*line, accepts) != NULL)
			return TRUE;
	return FALSE;
}
