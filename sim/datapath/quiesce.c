/* SPDX-License-Identifier: BSD-3-Clause */
/* What interfaces call: apart from the table of them all, which whoever calls this need not link. */
#include "sim/datapath/datapath.h"

void datapath_set_quiesce(struct datapath *d, datapath_quiesce fn, void *arg)
{
	pthread_mutex_lock(&d->quiesce_lock);
	d->quiesce = fn;
	d->quiesce_arg = arg;
	pthread_mutex_unlock(&d->quiesce_lock);
}

void datapath_wait_quiet(struct datapath *d)
{
	pthread_mutex_lock(&d->quiesce_lock);
	if (d->quiesce != NULL)
		d->quiesce(d->quiesce_arg);
	pthread_mutex_unlock(&d->quiesce_lock);
}
