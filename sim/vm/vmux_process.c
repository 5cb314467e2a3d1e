/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/vmux_process.h"

/* A guest takes some dozens of descriptors, a shell's soft limit is 1024. */
static const char limit_script[] = "ulimit -S -n 4096 2>/dev/null\nexec \"$@\"\n";

/* What vmux calls them, and whether frames come from DPDK's port. */
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

static unsigned mode_of(const struct setup_interface *i)
{
	for (unsigned m = 0; m < G_N_ELEMENTS(modes); m++)
		if (g_str_equal(modes[m].word, i->word))
			return m;
	g_assert_not_reached();
}

/* As many -s, -d and -m, and -t where there is no DPDK, as there are guests: else vmux aborts. */
static void add_guest(GStrvBuilder *words, const struct vmux_cfg *c, unsigned m, uint32_t guest)
{
	gboolean tap = setup_has(c->setup, SETUP_TAP), passed = !tap && !modes[m].dpdk;
	const char *attached = tap || passed ? c->attached[guest] : NULL;

	g_strv_builder_add_many(
		words, "-s", c->sockets[guest], "-d", passed ? attached : "none", NULL);
	if (!modes[m].dpdk)
		g_strv_builder_add_many(words, "-t", tap ? attached : "none", NULL);
	g_strv_builder_add_many(words, "-m", modes[m].mode, NULL);
}

char **vmux_command(const struct vmux_cfg *cfg)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	unsigned m = mode_of(cfg->setup->interface);

	g_strv_builder_add_many(words, "sh", "-c", limit_script, "sh", cfg->program, "-q", "-b",
		cfg->base_mac, NULL);
	for (uint32_t i = 0; i < cfg->setup->guests; i++)
		add_guest(words, cfg, m, i);
	if (modes[m].dpdk)
		g_strv_builder_add_many(words, "-u", "--", "-l", "0", NULL);
	if (modes[m].dpdk && cfg->attached != NULL && cfg->attached[0] != NULL)
		g_strv_builder_add_many(words, "-a", cfg->attached[0], NULL);
	return g_strv_builder_end(words);
}
