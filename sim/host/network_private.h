/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/host/network_private.h: what network.c and pci.c share. */
#ifndef SIM_HOST_NETWORK_PRIVATE_H
#define SIM_HOST_NETWORK_PRIVATE_H

#include <json-glib/json-glib.h>

#include "sim/host/network.h"

gboolean network_is_dry(struct journal *j);
/* "host: eth0 in n: text" */
G_GNUC_PRINTF(5, 6)
gboolean network_fail(struct journal *j, const char *netns, const char *name, GError **error,
	const char *format, ...);
/* What the kernel takes for a name; it goes into paths, too. */
gboolean network_check_name(struct journal *j, const char *name, GError **error);
/* TOOL [-n NETNS] WORD... up to NULL. Newly allocated. */
char **network_tool(const char *tool, const char *netns, ...) G_GNUC_NULL_TERMINATED;
/* What a JSON-speaking ip says: the first object of its array, parser's; NULL: nothing is there. */
JsonObject *network_ask(struct journal *j, char **argv, JsonParser *parser);
/* Is it up? FALSE also where it is not there. */
gboolean network_is_up(struct journal *j, const char *name);
/* Taking name away would cut the machine off: an error. */
gboolean network_refuse_lifeline(
	struct journal *j, const char *name, const char *deed, GError **error);

#endif
