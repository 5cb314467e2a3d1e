/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/image.h"

#include "analyze/base/datadir.h"
#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/host/pci.h"

enum {
	MAKE_TIMEOUT_MS = 900000, /* the first time it downloads a kernel */
	KEY_LEN = 16,             /* of SHA-256, as conf/guest-image names its own */
};

/* Drivers of a set-up's guests: of the kernel, in which package of it, and of DPDK. */
static const struct {
	const char *guest_driver, *kernel;
	const char *modules[3], *pmds[3];
} drivers[] = {
	{ "virtio_net", "cloud", { "virtio_pci", "virtio_mmio", "virtio_net" },
		{ "net_virtio", NULL, NULL } },
	{ "e1000", "generic", { "e1000", NULL, NULL }, { "net_e1000", NULL, NULL } },
	{ "ice", "generic", { "ice", NULL, NULL }, { "net_ice", NULL, NULL } },
};

static gboolean add_program(GStrvBuilder *argv, const char *name, gboolean needed, GError **error)
{
	g_autofree char *path = datadir_program(name);

	if (path != NULL)
		argv_addf(argv, "--program", "%s:/bin/%s", path, name);
	return path != NULL || !needed ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "%s not found, neither beside this program nor in $PATH, but required in "
		       "the guest; build or install all of tsim",
		       name);
}

/* Of a device that is passed through the guest has the kernel's own choice of driver, and all of DPDK's. */
static gboolean add_passed_driver(
	GStrvBuilder *argv, struct server *s, const char *pci, GError **error)
{
	g_autofree char *alias = server_is_dry(s) ? g_strdup_printf("MODALIAS-OF-%s", pci)
						  : pci_modalias(s, pci, error);

	if (alias == NULL)
		return FALSE;
	g_strv_builder_add_many(argv, "--kernel", "generic", "--module", alias, NULL);
	return TRUE;
}

static void add_drivers(GStrvBuilder *argv, const struct setup *setup)
{
	const char *driver = setup->interface->guest_driver;
	unsigned i = 0;
	gboolean known;

	while (i < G_N_ELEMENTS(drivers) && g_strcmp0(drivers[i].guest_driver, driver) != 0)
		i++;
	known = i < G_N_ELEMENTS(drivers);
	g_strv_builder_add_many(argv, "--kernel", known ? drivers[i].kernel : "generic", NULL);
	for (unsigned m = 0; known && m < 3 && drivers[i].modules[m] != NULL; m++)
		g_strv_builder_add_many(argv, "--module", drivers[i].modules[m], NULL);
	if (setup->reflector != REFLECTOR_DPDK)
		return;
	for (unsigned p = 0; known && p < 3 && drivers[i].pmds[p] != NULL; p++)
		g_strv_builder_add_many(argv, "--driver", drivers[i].pmds[p], NULL);
}

/* Words of conf/guest-image for it; NULL and error. */
static char **image_command(
	struct server *s, const struct setup *setup, const char *passed, GError **error)
{
	g_autofree char *script = datadir_find("conf/guest-image", error);
	g_autofree char *init = script == NULL ? NULL : datadir_find("conf/guest-init", error);
	gboolean dpdk = setup->reflector == REFLECTOR_DPDK;
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();

	if (init == NULL)
		return NULL;
	g_strv_builder_add_many(argv, script, "--init", init, NULL);
	if (passed == NULL)
		add_drivers(argv, setup);
	else if (!add_passed_driver(argv, s, passed, error))
		return NULL;
	if (dpdk)
		g_strv_builder_add_many(argv, "--module", "uio_pci_generic", NULL);
	return add_program(argv, "treflect-xdp", !dpdk, error) &&
			       (!dpdk || add_program(argv, "treflect", TRUE, error))
		       ? g_strv_builder_end(argv)
		       : NULL;
}

static gboolean make_here(const char *const *argv, struct image *out, GError **error)
{
	struct server *here = server_new_local("guest-image");
	g_auto(server_result) r = { 0 };
	gboolean run = server_run(here, argv, NULL, MAKE_TIMEOUT_MS, &r, error);
	g_auto(GStrv) lines = run ? g_strsplit(r.out, "\n", 3) : NULL;

	server_free(here);
	if (!run)
		return FALSE;
	if (r.status == 0 && g_strv_length(lines) >= 2 && lines[1][0] != '\0') {
		out->kernel = g_strdup(lines[0]);
		out->initrd = g_strdup(lines[1]);
		return TRUE;
	}
	return sim_fail(error, SIM_ERROR_GUEST, "cannot create the guest image: %s",
		g_strchomp(r.err[0] == '\0' ? r.out : r.err));
}

/* By its content: what is there already is not copied again, and never changes. */
static gboolean copy_file(struct server *s, char **path, const char *kind, GError **error)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(*path, FALSE, error);
	const char *state = file == NULL ? NULL : server_state_dir(s, error);
	g_autofree char *key = NULL, *there = NULL;

	if (state == NULL)
		return FALSE;
	key = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
		(const guchar *)g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
	there = g_strdup_printf("%s/image/%s-%.*s", state, kind, KEY_LEN, key);
	if (!server_test(s, "test", "-s", there, NULL) && !server_put(s, *path, there, 0644, error))
		return FALSE;
	g_free(*path);
	*path = g_steal_pointer(&there);
	return TRUE;
}

/* What a dry run says is run is the script; its answer is not known. */
static gboolean make_up(
	struct server *s, const char *const *argv, struct image *out, GError **error)
{
	const char *state = server_state_dir(s, error);

	if (state == NULL || !server_do(s, argv, error))
		return FALSE;
	out->kernel = g_build_filename(state, "image", "kernel", NULL);
	out->initrd = g_build_filename(state, "image", "guest", NULL);
	return TRUE;
}

gboolean image_make(struct server *s, const struct setup *setup, const char *passed,
	struct image *out, GError **error)
{
	g_auto(GStrv) argv = image_command(s, setup, passed, error);
	struct image made = { 0 };
	gboolean done = argv != NULL;

	if (done && server_is_dry(s))
		done = make_up(s, (const char *const *)argv, &made, error);
	else
		done = done && make_here((const char *const *)argv, &made, error) &&
		       (server_is_local(s) || (copy_file(s, &made.kernel, "kernel", error) &&
						      copy_file(s, &made.initrd, "guest", error)));
	if (done)
		*out = made;
	else
		image_clear(&made);
	return done;
}

void image_clear(struct image *i)
{
	g_free(i->kernel);
	g_free(i->initrd);
	*i = (struct image){ 0 };
}
