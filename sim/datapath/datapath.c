/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/datapath.h"

#include "sim/error.h"

static const struct datapath_ops *const interfaces[] = { &datapath_null, &datapath_vhost_user };

const char *datapath_interfaces(void)
{
	static char names[256];

	names[0] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(interfaces); i++) {
		g_strlcat(names, i == 0 ? "" : ", ", sizeof(names));
		g_strlcat(names, interfaces[i]->interface, sizeof(names));
	}
	return names;
}

struct datapath *datapath_open(const struct datapath_cfg *cfg, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(interfaces); i++) {
		if (!g_str_equal(interfaces[i]->interface, cfg->interface))
			continue;

		struct datapath *d = g_new0(struct datapath, 1);

		d->ops = interfaces[i];
		d->nb_guests = cfg->nb_guests;
		g_mutex_init(&d->quiesce_lock);
		if (d->ops->open(d, cfg, error))
			return d;
		g_mutex_clear(&d->quiesce_lock);
		g_free(d);
		return NULL;
	}
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE, "--interface: '%s' is unknown; there are: %s",
		cfg->interface, datapath_interfaces());
	return NULL;
}

void datapath_close(struct datapath *d)
{
	if (d == NULL)
		return;
	d->ops->close(d);
	g_mutex_clear(&d->quiesce_lock);
	g_free(d);
}

void datapath_set_quiesce(struct datapath *d, datapath_quiesce fn, void *arg)
{
	g_mutex_lock(&d->quiesce_lock);
	d->quiesce = fn;
	d->quiesce_arg = arg;
	g_mutex_unlock(&d->quiesce_lock);
}
