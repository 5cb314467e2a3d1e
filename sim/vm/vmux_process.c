/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/vmux_process.h"

#include <stdarg.h>
#include <string.h>

/* A guest takes some dozens of descriptors, a shell's soft limit is 1024. */
static const char limit_script[] = "ulimit -S -n 4096 2>/dev/null\nexec \"$@\"\n";

/* upstream.md 8.1: what vmux calls them, and whether frames come from DPDK's port. */
static const struct {
	const char *word, *mode;
	gboolean dpdk;
} modes[] = {
	{ "vmux-pt", "passthrough", FALSE },
	{ "vmux-emu", "e1000-emu", FALSE },
	{ "vmux-emu-e810", "emulation", FALSE },
	{ "vmux-dpdk", "e1000-emu", TRUE },
	{ "vmux-dpdk-e810", "emulation", TRUE },
	{ "vmux-med", "mediation", TRUE },
	{ "vmux-vdpdk", "vdpdk", TRUE },
};

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

static unsigned mode_of(const struct setup_interface *i)
{
	for (unsigned m = 0; m < G_N_ELEMENTS(modes); m++)
		if (g_str_equal(modes[m].word, i->word))
			return m;
	g_assert_not_reached();
}

/* As many -s, -d and -m, and -t where there is no DPDK, as there are guests: else vmux aborts. */
static void add_guest(GPtrArray *words, const struct vmux_cfg *c, unsigned m, uint32_t guest)
{
	gboolean tap = (c->setup->interface->needs & SETUP_TAP) != 0;
	gboolean passed = !tap && !modes[m].dpdk;
	const char *attached = tap || passed ? c->attached[guest] : NULL;

	add(words, "-s", c->sockets[guest], "-d", passed ? attached : "none", NULL);
	if (!modes[m].dpdk)
		add(words, "-t", tap ? attached : "none", NULL);
	add(words, "-m", modes[m].mode, NULL);
	if (c->receive_cpus != NULL)
		add(words, "-e", c->receive_cpus[guest], NULL);
	if (c->run_cpus != NULL)
		add(words, "-f", c->run_cpus[guest], NULL);
}

char **vmux_command(const struct vmux_cfg *cfg)
{
	GPtrArray *words = g_ptr_array_new();
	unsigned m = mode_of(cfg->setup->interface);

	add(words, "sh", "-c", limit_script, "sh", NULL);
	if (cfg->main_cpu != NULL)
		add(words, "taskset", "-c", cfg->main_cpu, NULL);
	add(words, cfg->program, "-q", "-b", cfg->base_mac, NULL);
	for (uint32_t i = 0; i < cfg->setup->guests; i++)
		add_guest(words, cfg, m, i);
	if (modes[m].dpdk) {
		add(words, "-u", "--", "-l", cfg->main_cpu == NULL ? "0" : cfg->main_cpu, NULL);
		if (cfg->attached != NULL && cfg->attached[0] != NULL)
			add(words, "-a", cfg->attached[0], NULL);
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}
