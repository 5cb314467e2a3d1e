/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/datapath.h"

#include "sim/error.h"

static const struct datapath_ops *const interfaces[] = { &datapath_null, &datapath_vhost_user };

const struct datapath_ops *datapath_find(const char *interface, GError **error)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(interfaces); i++) {
		if (g_str_equal(interfaces[i]->interface, interface))
			return interfaces[i];
		g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", interfaces[i]->interface);
	}
	g_set_error(error, SIM_ERROR, SIM_ERROR_USAGE,
		"--interface: '%s' is unknown; there are: %s", interface, names->str);
	return NULL;
}

struct datapath *datapath_open(const struct datapath_cfg *cfg, GError **error)
{
	const struct datapath_ops *ops = datapath_find(cfg->interface, error);
	struct datapath *d;

	if (ops == NULL)
		return NULL;
	d = g_new0(struct datapath, 1);
	d->ops = ops;
	d->nb_guests = cfg->nb_guests;
	g_mutex_init(&d->quiesce_lock);
	if (d->ops->open(d, cfg, error))
		return d;
	g_mutex_clear(&d->quiesce_lock);
	g_free(d);
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
