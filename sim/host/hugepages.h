/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/host/hugepages.h: memory in pages of 2 MiB, taken from a server and given back. */
#ifndef SIM_HOST_HUGEPAGES_H
#define SIM_HOST_HUGEPAGES_H

#include <glib.h>

#include "sim/host/journal.h"

/* So many MiB are free in them afterwards; what is missing is added, and undone. */
gboolean hugepages_reserve(struct journal *j, unsigned mib, GError **error);

#endif
