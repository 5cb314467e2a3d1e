/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/fabric.h: all interfaces of a run, and which guest is on which. A fleet of one
 * interface has one datapath, a mixed one several.
 */
#ifndef SIM_DATAPATH_FABRIC_H
#define SIM_DATAPATH_FABRIC_H

#include <glib.h>

#include "sim/datapath/datapath.h"

struct fabric {
	unsigned nb;
	struct datapath **datapath;
	uint32_t nb_guests;
	struct datapath_guest *guest; /* by number */
};

/*
 * Words for a guest's interface are those of datapath_names(), and "virtio-on" and "virtio-off" for
 * virtio with vhost on and off, whatever cfg->vhost says.
 */
gboolean fabric_check(const char *word, GError **error);
/* The interface behind a word; it is known. */
const struct datapath_ops *fabric_ops(const char *word);
/*
 * The distinct words of all guests joined by '+', in order of the first guest: what a trial's
 * parameter "interface" says. Newly allocated.
 */
char *fabric_name(const char *const *word, uint32_t nb_guests);
/* Bytes of EAL memory that fabric_open will take. */
size_t fabric_memory(const struct datapath_cfg *cfg, const char *const *word, uint32_t nb_guests);

/* cfg holds what all have in common: its interface, name, guests are not read. word: by guest. */
struct fabric *fabric_open(const struct datapath_cfg *cfg, const char *const *word,
	uint32_t nb_guests, GError **error);
void fabric_free(struct fabric *f); /* NULL is fine */
/* ops->tick of all that have one. */
void fabric_tick(struct fabric *f);
/* CPU of all hosts' threads. */
void fabric_cost(struct fabric *f, struct datapath_cost *out);
/* datapath_set_quiesce of all. */
void fabric_set_quiesce(struct fabric *f, datapath_quiesce fn, void *arg);

#endif
