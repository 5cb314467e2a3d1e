/* SPDX-License-Identifier: BSD-3-Clause */
/* sim/base/duration.h: times as people write them: 10s, 500ms, 2min. */
#ifndef SIM_BASE_DURATION_H
#define SIM_BASE_DURATION_H

#include <stdint.h>

#include <glib.h>

/* A number with ns, us, ms, s, min or h. where names the option in the error, one of SIM. */
gboolean duration_parse(const char *where, const char *text, uint64_t min_ns, uint64_t max_ns,
	uint64_t *ns, GError **error);

#endif
