/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/datapath/fabric.h"

#include <string.h>

#include "sim/base/error.h"

/* The ops' name of a word, newly allocated, and which vhost it asks for. */
static char *split_word(const char *word, gboolean *vhost)
{
	if (g_str_equal(word, "virtio-on") || g_str_equal(word, "virtio-off")) {
		*vhost = g_str_equal(word, "virtio-on");
		return g_strdup("virtio");
	}
	return g_strdup(word);
}

const struct datapath_ops *fabric_ops(const char *word, GError **error)
{
	gboolean vhost;
	g_autofree char *interface = split_word(word, &vhost);

	return datapath_find(interface, error);
}

static const struct fabric_share all_guests = { .first = 0, .step = 1 };

gboolean fabric_together(const char *a, const char *b)
{
	const struct datapath_ops *ops = g_str_equal(a, b) ? NULL : fabric_ops(a, NULL);
	const char *family = ops == NULL ? NULL : ops->family;

	return g_str_equal(a, b) ||
	       (family != NULL && g_strcmp0(family, fabric_ops(b, NULL)->family) == 0);
}

/* Distinct words in order of the first guest; not copied. */
static GPtrArray *distinct_words(
	const char *const *word, uint32_t nb_guests, struct fabric_share share)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *words = g_ptr_array_new();

	for (uint32_t i = share.first; i < nb_guests; i += share.step)
		if (g_hash_table_add(seen, (void *)(uintptr_t)word[i]))
			g_ptr_array_add(words, (void *)(uintptr_t)word[i]);
	return words;
}

/* Of the words of one datapath the first one. */
static GPtrArray *distinct_datapaths(
	const char *const *word, uint32_t nb_guests, struct fabric_share share)
{
	GPtrArray *words = distinct_words(word, nb_guests, share);

	for (guint i = 0; i < words->len; i++)
		for (guint k = words->len - 1; k > i; k--)
			if (fabric_together(words->pdata[i], words->pdata[k]))
				g_ptr_array_remove_index(words, k);
	return words;
}

static char *join_words(GPtrArray *words)
{
	g_ptr_array_add(words, NULL);
	return g_strjoinv("+", (char **)words->pdata);
}

char *fabric_name(const char *const *word, uint32_t nb_guests)
{
	g_autoptr(GPtrArray) words = distinct_words(word, nb_guests, all_guests);

	return join_words(words);
}

/* The cfg of the datapath that a word is the first one of. */
static struct datapath_cfg *cfg_of(const struct datapath_cfg *common, const char *const *word,
	uint32_t nb_guests, struct fabric_share share, const char *which)
{
	struct datapath_cfg *cfg = g_memdup2(common, sizeof(*common));
	uint32_t *guest = g_new(uint32_t, nb_guests);
	const struct datapath_ops **guest_ops = g_new(const struct datapath_ops *, nb_guests);
	const char **own = g_new(const char *, nb_guests);
	g_autoptr(GPtrArray) words = NULL;

	cfg->nb_guests = cfg->nb_on_sockets = 0;
	for (uint32_t i = share.first; i < nb_guests; i += share.step) {
		const struct datapath_ops *ops = fabric_ops(word[i], NULL);

		cfg->nb_on_sockets += g_strcmp0(ops->guest_option, DATAPATH_SOCKET) == 0 ? 1 : 0;
		if (!fabric_together(word[i], which))
			continue;
		own[cfg->nb_guests] = word[i];
		guest_ops[cfg->nb_guests] = ops;
		guest[cfg->nb_guests++] = i;
	}
	words = distinct_words(own, cfg->nb_guests, all_guests);
	g_free(own);
	cfg->guest = guest;
	cfg->guest_ops = guest_ops;
	cfg->name = join_words(words);
	cfg->interface = split_word(which, &cfg->vhost);
	return cfg;
}

static void free_cfg(struct datapath_cfg *cfg)
{
	g_free((void *)(uintptr_t)cfg->guest);
	g_free((void *)(uintptr_t)cfg->guest_ops);
	g_free((void *)(uintptr_t)cfg->name);
	g_free((void *)(uintptr_t)cfg->interface);
	g_free(cfg);
}

struct fabric_memory fabric_memory(const struct datapath_cfg *common, const char *const *word,
	uint32_t nb_guests, struct fabric_share share)
{
	g_autoptr(GPtrArray) words = distinct_datapaths(word, nb_guests, share);
	struct fabric_memory sum = { 0 };

	for (guint k = 0; k < words->len; k++) {
		struct datapath_cfg *cfg = cfg_of(
			common, word, nb_guests, share, g_ptr_array_index(words, k));
		const struct datapath_ops *ops = datapath_find(cfg->interface, NULL);

		sum.eal += ops == NULL || ops->memory == NULL ? 0 : ops->memory(cfg);
		sum.shared += ops == NULL || ops->shared == NULL ? 0 : ops->shared(cfg);
		free_cfg(cfg);
	}
	return sum;
}

gboolean fabric_fits(const struct datapath_cfg *common, const char *const *word, uint32_t nb_guests,
	struct fabric_share share, GError **error)
{
	g_autoptr(GPtrArray) words = distinct_datapaths(word, nb_guests, share);
	gboolean fits = TRUE;

	for (guint k = 0; k < words->len && fits; k++) {
		struct datapath_cfg *cfg = cfg_of(
			common, word, nb_guests, share, g_ptr_array_index(words, k));
		const struct datapath_ops *ops = datapath_find(cfg->interface, NULL);

		fits = ops->fits == NULL || ops->fits(cfg, error);
		free_cfg(cfg);
	}
	return fits;
}

void fabric_need(const char *const *word, uint32_t nb_guests, struct fabric_share share,
	uint64_t *files, uint64_t *threads)
{
	*files = *threads = 0;
	for (uint32_t i = share.first; i < nb_guests; i += share.step) {
		const struct datapath_ops *ops = fabric_ops(word[i], NULL);

		*files += ops->host_files;
		*threads += ops->host_threads;
	}
}

struct fabric *fabric_open(const struct datapath_cfg *common, const char *const *word,
	uint32_t nb_guests, struct fabric_share share, GError **error)
{
	g_autoptr(GPtrArray) words = distinct_datapaths(word, nb_guests, share);
	struct fabric *f = g_new0(struct fabric, 1);

	f->nb_guests = nb_guests;
	f->word = word;
	f->guest = g_new0(struct datapath_guest, nb_guests);
	f->datapath = g_new0(struct datapath *, words->len);
	for (; f->nb < words->len; f->nb++) {
		struct datapath_cfg *cfg = cfg_of(
			common, word, nb_guests, share, g_ptr_array_index(words, f->nb));
		struct datapath *d = datapath_open(cfg, error);

		for (uint32_t i = 0; d != NULL && i < cfg->nb_guests; i++)
			f->guest[cfg->guest[i]] = (struct datapath_guest){ d, i,
				cfg->guest_ops[i] };
		free_cfg(cfg);
		if (d == NULL) {
			fabric_free(f);
			return NULL;
		}
		f->datapath[f->nb] = d;
	}
	return f;
}

void fabric_free(struct fabric *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->nb; i++)
		datapath_close(f->datapath[i]);
	g_free(f->datapath);
	g_free(f->guest);
	g_free(f);
}

gboolean fabric_serves(const struct fabric *f, uint32_t guest)
{
	return f->guest[guest].datapath != NULL;
}

uint64_t fabric_calls(const struct fabric *f, uint32_t guest)
{
	const struct datapath_guest *g = &f->guest[guest];

	return g->datapath->ops->calls == NULL ? 0 : g->datapath->ops->calls(g->datapath, g->slot);
}

gboolean fabric_connected(const struct fabric *f, uint32_t guest)
{
	const struct datapath_guest *g = &f->guest[guest];

	return g->datapath->ops->connected == NULL ||
	       g->datapath->ops->connected(g->datapath, g->slot);
}

const char *fabric_fault(const struct fabric *f, uint32_t guest)
{
	const struct datapath_guest *g = &f->guest[guest];

	return g->ops->fault == NULL ? NULL : g->ops->fault(g->datapath, g->slot);
}

uint32_t fabric_nb_served(const struct fabric *f)
{
	uint32_t nb = 0;

	for (uint32_t i = 0; i < f->nb_guests; i++)
		nb += fabric_serves(f, i) ? 1 : 0;
	return nb;
}

void fabric_set_quiesce(struct fabric *f, datapath_quiesce fn, void *arg)
{
	for (unsigned i = 0; i < f->nb; i++)
		datapath_set_quiesce(f->datapath[i], fn, arg);
}

void fabric_tick(struct fabric *f)
{
	for (unsigned i = 0; i < f->nb; i++)
		if (f->datapath[i]->ops->tick != NULL)
			f->datapath[i]->ops->tick(f->datapath[i]);
}

void fabric_cost(struct fabric *f, struct datapath_cost *out)
{
	*out = (struct datapath_cost){ 0 };
	for (unsigned i = 0; i < f->nb; i++) {
		struct datapath_cost one = { 0 };

		if (f->datapath[i]->ops->cost == NULL)
			continue;
		f->datapath[i]->ops->cost(f->datapath[i], &one);
		out->busy_cycles += one.busy_cycles;
		out->cpu_ns += one.cpu_ns;
		out->threads += one.threads;
	}
}
