/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim/datapath/fabric.h: all interfaces of a run, and which guest is on which. A fleet of one
 * interface has one datapath, a mixed one several: one for each interface, or family of interfaces.
 */
#ifndef SIM_DATAPATH_FABRIC_H
#define SIM_DATAPATH_FABRIC_H

#include <glib.h>

#include "sim/datapath/datapath.h"

struct fabric {
	unsigned nb;
	struct datapath **datapath;
	uint32_t nb_guests;
	struct datapath_guest *guest; /* by number; the datapath of another's guests is NULL */
	const char *const *word;      /* by guest, also of others' guests; as given */
};

/* The guests that this process serves: first, first + step, first + 2 * step, ... */
struct fabric_share {
	uint32_t first, step;
};

/*
 * The interface behind a word; NULL and error: it is unknown. Words for a guest's interface are those
 * of datapath_names(), and "virtio-on" and "virtio-off" for virtio with vhost on and off, whatever
 * cfg->vhost says.
 */
const struct datapath_ops *fabric_ops(const char *word, GError **error);
/* Are guests of these two words, which are known, on one datapath? */
gboolean fabric_together(const char *a, const char *b);
/*
 * The distinct words of all guests joined by '+', in order of the first guest: what a trial's
 * parameter "interface" says. Newly allocated.
 */
char *fabric_name(const char *const *word, uint32_t nb_guests);
/* Bytes that fabric_open will take: EAL memory, and other memory, which guests share. */
struct fabric_memory {
	size_t eal, shared;
};

struct fabric_memory fabric_memory(const struct datapath_cfg *cfg, const char *const *word,
	uint32_t nb_guests, struct fabric_share share);

/* Can a process that serves share do it, whatever the machine? Else an error of usage. */
gboolean fabric_fits(const struct datapath_cfg *cfg, const char *const *word, uint32_t nb_guests,
	struct fabric_share share, GError **error);

/* File descriptors and threads of this process that guests will take. */
void fabric_need(const char *const *word, uint32_t nb_guests, struct fabric_share share,
	uint64_t *files, uint64_t *threads);

/*
 * cfg holds what all have in common: its interface, name, guests are not read. word: by guest; it
 * must outlive the fabric. Guests outside share are passed over.
 */
struct fabric *fabric_open(const struct datapath_cfg *cfg, const char *const *word,
	uint32_t nb_guests, struct fabric_share share, GError **error);
void fabric_free(struct fabric *f); /* NULL is fine */
/* Is the guest one of this process? */
gboolean fabric_serves(const struct fabric *f, uint32_t guest);
/* Can frames be exchanged with it now? One of this process. */
gboolean fabric_connected(const struct fabric *f, uint32_t guest);
/* ops->fault of the guest, which is one of this process. */
const char *fabric_fault(const struct fabric *f, uint32_t guest);
uint32_t fabric_nb_served(const struct fabric *f);
/* ops->calls of the guest, which is one of this process. */
uint64_t fabric_calls(const struct fabric *f, uint32_t guest);
/* ops->tick of all that have one. */
void fabric_tick(struct fabric *f);
/* CPU of all hosts' threads. */
void fabric_cost(struct fabric *f, struct datapath_cost *out);
/* datapath_set_quiesce of all. */
void fabric_set_quiesce(struct fabric *f, datapath_quiesce fn, void *arg);

#endif
