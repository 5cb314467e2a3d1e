/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/vm/image.h"

#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "analyze/base/datadir.h"

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
	{ "ice", "generic", { "ice", "iavf", NULL }, { "net_ice", "net_iavf", NULL } },
};

/* A program of ours: beside this one, else of $PATH. NULL: there is none. Newly allocated. */
static char *program_of_ours(const char *name)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self == NULL ? NULL : g_path_get_dirname(self);
	g_autofree char *beside = folder == NULL ? NULL : g_build_filename(folder, name, NULL);

	if (beside != NULL && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&beside);
	return g_find_program_in_path(name);
}

static void add(GPtrArray *argv, const char *option, const char *value)
{
	g_ptr_array_add(argv, g_strdup(option));
	g_ptr_array_add(argv, g_strdup(value));
}

static gboolean add_program(GPtrArray *argv, const char *name, gboolean needed, GError **error)
{
	g_autofree char *path = program_of_ours(name);

	if (path == NULL && needed) {
		g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
			"%s is neither beside this program nor in $PATH: the guest cannot reflect "
			"without it; build all of tsim, or install it",
			name);
		return FALSE;
	}
	if (path != NULL) {
		g_ptr_array_add(argv, g_strdup("--program"));
		g_ptr_array_add(argv, g_strdup_printf("%s:/bin/%s", path, name));
	}
	return TRUE;
}

static void add_drivers(GPtrArray *argv, const struct setup *setup)
{
	const char *driver = setup->interface->guest_driver;
	unsigned i = 0;

	while (i < G_N_ELEMENTS(drivers) && g_strcmp0(drivers[i].guest_driver, driver) != 0)
		i++;
	add(argv, "--kernel", i < G_N_ELEMENTS(drivers) ? drivers[i].kernel : "generic");
	for (unsigned m = 0; i < G_N_ELEMENTS(drivers) && m < 3 && drivers[i].modules[m] != NULL;
		m++)
		add(argv, "--module", drivers[i].modules[m]);
	if (setup->reflector != REFLECTOR_DPDK)
		return;
	add(argv, "--module", "uio_pci_generic");
	for (unsigned p = 0; i < G_N_ELEMENTS(drivers) && p < 3 && drivers[i].pmds[p] != NULL; p++)
		add(argv, "--driver", drivers[i].pmds[p]);
}

char **image_command(const struct setup *setup, GError **error)
{
	g_autofree char *script = datadir_find("conf/guest-image", error);
	g_autofree char *init = script == NULL ? NULL : datadir_find("conf/guest-init", error);
	gboolean dpdk = setup->reflector == REFLECTOR_DPDK;
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

	if (init == NULL)
		return NULL;
	g_ptr_array_add(argv, g_strdup(script));
	add(argv, "--init", init);
	add_drivers(argv, setup);
	if (!add_program(argv, "treflect-xdp", !dpdk, error) ||
		(dpdk && !add_program(argv, "treflect", TRUE, error)))
		return NULL;
	g_ptr_array_add(argv, NULL);
	g_ptr_array_set_free_func(argv, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}

static gboolean make(const char *const *argv, struct image *out, GError **error)
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
	g_set_error(error, SIM_ERROR, SIM_ERROR_GUEST, "no image for guests can be made: %s",
		g_strchomp(r.err[0] == '\0' ? r.out : r.err));
	return FALSE;
}

/* By its content: what is there already is not copied again, and never changes. */
static gboolean copy(struct server *s, char **path, const char *kind, GError **error)
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

gboolean image_make(struct server *s, const struct setup *setup, struct image *out, GError **error)
{
	g_auto(GStrv) argv = image_command(setup, error);
	struct image made = { 0 };
	gboolean done = argv != NULL;

	if (done && server_is_dry(s))
		done = make_up(s, (const char *const *)argv, &made, error);
	else
		done = done && make((const char *const *)argv, &made, error) &&
		       (server_is_local(s) || (copy(s, &made.kernel, "kernel", error) &&
						      copy(s, &made.initrd, "guest", error)));
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
