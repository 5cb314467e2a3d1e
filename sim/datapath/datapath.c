/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/datapath.h"

#include "sim/base/error.h"

static const struct datapath_ops *const interfaces[] = { &datapath_null, &datapath_discard,
	&datapath_vhost_user, &datapath_virtio, &datapath_vfio, &datapath_vmux,
	&datapath_vmux_virtio, &datapath_port };

char *datapath_names(void)
{
	GString *names = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(interfaces); i++)
		g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", interfaces[i]->interface);
	return g_string_free(names, FALSE);
}

const struct datapath_ops *datapath_find(const char *interface, GError **error)
{
	g_autofree char *names = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(interfaces); i++)
		if (g_str_equal(interfaces[i]->interface, interface))
			return interfaces[i];
	names = datapath_names();
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"--interface: unknown interface '%s'; expected %s", interface, names);
	return NULL;
}

gboolean datapath_cfg_reaches(const struct datapath_cfg *cfg, uint32_t slot, const char *by)
{
	return cfg->guest_ops == NULL || g_strcmp0(cfg->guest_ops[slot]->guest_option, by) == 0;
}

uint32_t datapath_cfg_count(const struct datapath_cfg *cfg, const char *by)
{
	uint32_t nb = 0;

	for (uint32_t i = 0; i < cfg->nb_guests; i++)
		nb += datapath_cfg_reaches(cfg, i, by) ? 1 : 0;
	return nb;
}

static void free_datapath(struct datapath *d)
{
	pthread_mutex_destroy(&d->quiesce_lock);
	g_free(d->guest);
	g_free(d->name);
	g_free(d);
}

struct datapath *datapath_open(const struct datapath_cfg *cfg, GError **error)
{
	const struct datapath_ops *ops = datapath_find(cfg->interface, error);
	struct datapath *d;

	if (ops == NULL)
		return NULL;
	d = g_new0(struct datapath, 1);
	d->ops = ops;
	d->name = g_strdup(cfg->name != NULL ? cfg->name : ops->interface);
	d->nb_guests = cfg->nb_guests;
	d->guest = g_memdup2(cfg->guest, cfg->nb_guests * sizeof(*cfg->guest));
	pthread_mutex_init(&d->quiesce_lock, NULL);
	if (d->ops->open(d, cfg, error))
		return d;
	free_datapath(d);
	return NULL;
}

void datapath_close(struct datapath *d)
{
	if (d == NULL)
		return;
	d->ops->close(d);
	free_datapath(d);
}
