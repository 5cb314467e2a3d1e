/* SPDX-License-Identifier: BSD-3-Clause */
/* The combinations that a section of a tests file stands for. */
#include <string.h>

#include "sim/base/argv.h"
#include "sim/base/error.h"
#include "sim/matrix/matrix_spec.h"
#include "sim/search/search_plan.h"
#include "sim/trial/params.h"
#include "sim/trial/environment.h"

enum {
	TRIALS_MAX = 100000, /* of a matrix: weeks */
	START_S = 2, /* that a trial takes beyond its phases: the generator starts, guests answer */
};

/* Guests that are processes are tsim run's own; the lab says what others are. */
static void add_guest_words(GPtrArray *words, const struct setup *s)
{
	if (s->machine != MACHINE_PROCESS)
		return;
	g_ptr_array_add(words, g_strdup("--machine=process"));
	g_ptr_array_add(words, g_strdup_printf("--interface=%s", s->interface->word));
	if (g_str_equal(s->interface->word, "virtio"))
		g_ptr_array_add(words, g_strdup_printf("--vhost=%s", s->vhost ? "on" : "off"));
}

static const char *digest_of(struct matrix *m, const struct options *o)
{
	g_autofree char *key = g_strdup_printf(
		"%s|%s|%s|%s|%s|%d", o->profile, o->mix, o->guests, o->arrival, o->share, o->mtu);
	char *digest = g_hash_table_lookup(m->digests, key);

	if (digest != NULL)
		return digest;
	digest = environment_mix_digest(o->traffic);
	g_hash_table_insert(m->digests, g_steal_pointer(&key), digest);
	return digest;
}

/* With what the guests are and where results go. */
static char **all_words(const struct matrix_trial *t)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_autofree char *label = g_path_get_basename(t->dir);

	setup_add_words(&t->setup, words);
	for (guint i = 0; i < t->args->len; i++)
		g_strv_builder_add(words, t->args->pdata[i]);
	argv_addf(words, NULL, "--label=%s", label);
	return g_strv_builder_end(words);
}

/* Phases, and what is around them. */
static double trial_s(const struct matrix_trial *t)
{
	return t->params.duration_s + t->params.warm_up_s + START_S;
}

/* What tsim run will store the trial as. */
static gboolean set_trial(
	struct matrix *m, const struct spec *s, struct matrix_trial *t, GError **error)
{
	g_auto(GStrv) words = all_words(t);
	struct trial_params *p;
	struct options o;

	if (!options_parse_words((const char *const *)words, &options_of_run, &o, error)) {
		g_prefix_error(error, "%s: ", s->where);
		return FALSE;
	}
	p = params_new(&o, digest_of(m, &o), 1, (uint64_t)(o.pps[0] + 0.5), 0);
	t->params = *p;
	t->frame_len_max = mix_longest_frame_len(o.traffic);
	t->estimate_s = trial_s(t);
	t->options = g_strdup("");
	g_free(p);
	options_clear(&o);
	return TRUE;
}

/* The same of tsim search. */
static gboolean set_search(
	struct matrix *m, const struct spec *s, struct matrix_trial *t, GError **error)
{
	g_auto(GStrv) words = all_words(t);
	g_autoptr(GStrvBuilder) goals = g_strv_builder_new();
	struct search_options o = { 0 };
	struct trial_params *p;

	if (!options_parse_words((const char *const *)words, &search_options_kind, &o.run, error)) {
		g_prefix_error(error, "%s: ", s->where);
		return FALSE;
	}
	p = search_plan_params(&o, &o.run, digest_of(m, &o.run), 0);
	t->params = *p;
	t->frame_len_max = mix_longest_frame_len(o.run.traffic);
	t->estimate_s = search_plan_s(&o) + START_S;
	t->options = search_options_text(&o);
	for (guint i = 0; i < o.goals->len; i++) {
		g_autofree char *text = goal_full_text(o.goals->pdata[i]);

		g_strv_builder_add(goals, text);
	}
	t->goals = g_strv_builder_end(goals);
	g_free(p);
	search_options_kind.clear(&o.run);
	return TRUE;
}

/* Another repetition of it. */
static void copy_leaf(struct matrix_trial *to, const struct matrix_trial *from, guint rep)
{
	trial_params_copy(&to->params, &from->params);
	to->params.repetition = rep;
	/* As search_plan_params. */
	to->params.seed += from->goals == NULL ? 0 : rep;
	to->frame_len_max = from->frame_len_max;
	to->estimate_s = from->estimate_s;
	to->goals = g_strdupv(from->goals);
	to->options = g_strdup(from->options);
}

static char *infix_of(const struct matrix_trial *t)
{
	return t->goals == NULL ? trial_infix(&t->params) : trial_infix_with(&t->params, "search");
}

/* One combination: everything but the repetition. */
struct leaf {
	struct setup setup;
	const struct spec_traffic *traffic;
	const char *rate, *arrival, *share, *runtime, *seed; /* words of tsim run */
};

static GPtrArray *words_of(const struct spec *s, const struct leaf *leaf, guint rep)
{
	g_autofree char *guests = g_strdup_printf("--guests=%u", leaf->setup.guests);
	/* A mix says these itself. */
	/* A trace has its own lengths: what is no choice of the section's is not said. */
	gboolean own_lengths = g_str_has_prefix(leaf->arrival, "--arrival=trace:") &&
			       !leaf->traffic->mix && s->traffic->len == 1;
	const char *const own[] = { own_lengths ? NULL : leaf->traffic->word, leaf->rate,
		leaf->arrival, leaf->traffic->mix ? NULL : leaf->share, leaf->runtime, leaf->seed,
		leaf->traffic->mix ? NULL : guests, s->warm_up, s->drain };
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	add_guest_words(words, &leaf->setup);
	for (unsigned i = 0; i < G_N_ELEMENTS(own); i++)
		if (own[i] != NULL)
			g_ptr_array_add(words, g_strdup(own[i]));
	for (guint i = 0; s->search != NULL && i < s->search->len; i++)
		g_ptr_array_add(words, g_strdup(s->search->pdata[i]));
	for (char **word = s->tsim_args; word != NULL && *word != NULL; word++)
		g_ptr_array_add(words, g_strdup(*word));
	g_ptr_array_add(words, g_strdup_printf("--rep=%u", rep));
	return words;
}

/* "-poisson" behind the folder's name, where there are several and file names do not hold which. */
static void append_value(GString *dir, const GPtrArray *list, const char *prefix, const char *word)
{
	g_autofree char *value = g_strdup(strchr(word, '=') + 1);

	if (list->len > 1)
		g_string_append_printf(dir, "-%s%s", prefix, g_strdelimit(value, "/\\_:, \t", '-'));
}

static char *dir_of(const struct spec *s, const struct leaf *leaf)
{
	GString *dir = g_string_new(s->dir);

	append_value(dir, s->arrivals, "", leaf->arrival);
	if (!leaf->traffic->mix)
		append_value(dir, s->shares, "", leaf->share);
	append_value(dir, s->seeds, "seed", leaf->seed);
	return g_string_free(dir, FALSE);
}

static struct matrix_trial *trial_of(const struct spec *s, const struct leaf *leaf, guint rep)
{
	struct matrix_trial *t = g_new0(struct matrix_trial, 1);

	t->setup = leaf->setup;
	t->dir = dir_of(s, leaf);
	t->args = words_of(s, leaf, rep);
	t->section = g_strdup(s->where);
	t->warm_up_s = s->warmup ? s->warmup_s : 0;
	t->cool_down_s = s->cooldown ? s->cooldown_s : 0;
	t->accumulate = s->accumulate;
	return t;
}

/* TRUE: they are one trial. Else no file could hold both. */
static gboolean check_equal(
	const struct matrix_trial *a, const struct matrix_trial *b, GError **error)
{
	g_autofree char *difference = trial_params_difference(&b->params, &a->params);

	if (difference == NULL && a->goals != NULL &&
		(!g_strv_equal((const char *const *)a->goals, (const char *const *)b->goals) ||
			!g_str_equal(a->options, b->options)))
		difference = g_strdup("other goals or options");
	return (difference == NULL && setup_differs_at(&a->setup, &b->setup) == 7) ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "%s: a trial has the same name as one of %s, %s/%s, but %s; use another "
		       "outputdir or label",
		       b->section, a->section, a->dir, a->infix,
		       difference == NULL ? "another QEMU directory" : difference);
}

/* t is the matrix's, or freed. */
static gboolean add_trial(struct matrix *m, struct matrix_trial *t, GError **error)
{
	g_autofree char *key = g_strdup_printf(
		"%s/%s_rep%u", t->dir, t->infix, t->params.repetition);
	const struct matrix_trial *other = g_hash_table_lookup(m->seen, key);
	gboolean fine = other == NULL || check_equal(other, t, error);

	if (other != NULL) {
		matrix_trial_free(t);
		return fine;
	}
	t->estimate_s += t->cool_down_s + (t->params.repetition == 0 ? t->warm_up_s : 0);
	m->nb_combinations += t->params.repetition == 0;
	g_hash_table_insert(m->seen, g_steal_pointer(&key), t);
	g_ptr_array_add(m->trials, t);
	return m->trials->len <= TRIALS_MAX ||
	       sim_fail(error, SIM_ERROR_USAGE, "%s: more than %d trials; split the matrix",
		       t->section, TRIALS_MAX);
}

static gboolean add_leaf(
	struct matrix *m, const struct spec *s, const struct leaf *leaf, GError **error)
{
	struct matrix_trial *first = trial_of(s, leaf, 0);
	g_autoptr(GPtrArray) all = g_ptr_array_new();
	gboolean done = TRUE;

	if (!(s->search == NULL ? set_trial : set_search)(m, s, first, error)) {
		matrix_trial_free(first);
		return FALSE;
	}
	g_ptr_array_add(all, first);
	for (guint rep = 1; rep < s->repetitions; rep++) {
		struct matrix_trial *t = trial_of(s, leaf, rep);

		copy_leaf(t, first, rep);
		g_ptr_array_add(all, t);
	}
	for (guint i = 0; i < all->len; i++) {
		struct matrix_trial *t = all->pdata[i];

		t->infix = infix_of(t);
		g_ptr_array_add(t->args, NULL);
		if (done)
			done = add_trial(m, t, error);
		else
			matrix_trial_free(t);
	}
	return done;
}

/* The number in a list of n's last digit, in a system of numbers whose base is the list's length. */
static gpointer take_digit(const GPtrArray *list, guint *n)
{
	gpointer item = list->pdata[*n % list->len];

	*n /= list->len;
	return item;
}

static gboolean add_leaves(
	struct matrix *m, const struct spec *s, const struct setup *setup, guint nb, GError **error)
{
	for (guint i = 0; i < nb; i++) {
		struct leaf leaf = { .setup = *setup };
		guint n = i;

		leaf.seed = take_digit(s->seeds, &n);
		leaf.runtime = take_digit(s->runtimes, &n);
		leaf.share = take_digit(s->shares, &n);
		leaf.arrival = take_digit(s->arrivals, &n);
		leaf.traffic = take_digit(s->traffic, &n);
		leaf.rate = take_digit(s->rates, &n);
		if (leaf.traffic->mix)
			leaf.setup.guests = leaf.traffic->mix_guests;
		if (!add_leaf(m, s, &leaf, error))
			return FALSE;
	}
	return TRUE;
}

/* Set-ups by one number: a place in the product of their lists, the last of which goes round first. */
/* vmux was the word for the only thing that it could do; today it is a model without machines. */
static const struct setup_interface *meant_interface(
	const struct spec *s, enum machine m, const struct setup_interface *i)
{
	if (!setup_is_vm(m) || !g_str_equal(i->word, "vmux"))
		return i;
	spec_note(s, "vmux of a virtual machine means vmux-pt");
	return setup_interface_find("interfaces", "vmux-pt", NULL);
}

static gboolean setup_at(const struct spec *s, guint64 n, struct setup *out)
{
	const GArray *lists[] = { s->reflectors, s->guests, s->ioregionfds, s->vhosts, s->qemus,
		s->interfaces, s->machines };
	guint at[G_N_ELEMENTS(lists)];
	const struct spec_interface *interface;

	for (unsigned i = 0; i < G_N_ELEMENTS(lists); i++) {
		at[i] = (guint)(n % lists[i]->len);
		n /= lists[i]->len;
	}
	interface = &g_array_index(s->interfaces, struct spec_interface, at[5]);
	*out = (struct setup){
		.reflector = g_array_index(s->reflectors, enum reflector_kind, at[0]),
		.guests = g_array_index(s->guests, uint32_t, at[1]),
		.ioregionfd = g_array_index(s->ioregionfds, gboolean, at[2]),
		.vhost = g_array_index(s->vhosts, gboolean, at[3]) || interface->vhost,
		.qemu = g_array_index(s->qemus, struct spec_qemu, at[4]).name,
		.qemu_path = g_array_index(s->qemus, struct spec_qemu, at[4]).path,
		.machine = g_array_index(s->machines, enum machine, at[6]),
	};
	out->interface = meant_interface(s, out->machine, interface->is);
	return n == 0;
}

/* Doubles, as these are products of lists of any length. */
static gboolean check_nb(struct matrix *m, const struct spec *s, double nb_leaves, GError **error)
{
	double nb_setups = (double)s->machines->len * s->interfaces->len * s->qemus->len *
			   s->vhosts->len * s->ioregionfds->len * s->guests->len *
			   s->reflectors->len;

	m->nb_looked_at += nb_setups * nb_leaves * s->repetitions;
	return m->nb_looked_at <= m->max_looked_at ||
	       sim_fail(error, SIM_ERROR_USAGE,
		       "%s: %.0f combinations in this and previous sections, more than the "
		       "maximum of %.0f; split the matrix",
		       s->where, m->nb_looked_at, m->max_looked_at);
}

static gboolean add_setups(struct matrix *m, const struct spec *s, GError **error)
{
	/* Values that a machine has no use for make equal ones. */
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	double nb_leaves = (double)s->rates->len * s->traffic->len * s->arrivals->len *
			   s->shares->len * s->runtimes->len * s->seeds->len;
	struct setup setup;

	if (!check_nb(m, s, nb_leaves, error))
		return FALSE;
	for (guint64 n = 0; setup_at(s, n, &setup); n++) {
		g_autofree char *text = NULL;
		const char *why;

		setup_normal(&setup);
		text = setup_text(&setup);
		if (!g_hash_table_add(seen, g_strdup_printf("%s %s", text, setup.qemu_path)))
			continue;
		why = setup_impossible(&setup);
		if (why != NULL)
			g_hash_table_replace(m->reasons, g_strdup(why),
				GUINT_TO_POINTER(
					GPOINTER_TO_UINT(g_hash_table_lookup(m->reasons, why)) +
					(guint)nb_leaves));
		else if (!add_leaves(m, s, &setup, (guint)nb_leaves, error))
			return FALSE;
	}
	return TRUE;
}

gboolean matrix_add_section(
	struct matrix *m, const struct ini *file, const char *section, GError **error)
{
	struct spec s;
	gboolean done;

	spec_init(&s, file, section, g_strdup_printf("%s: [%s]", ini_name(file), section));
	s.notes = m->notes;
	done = spec_read(&s, error) && add_setups(m, &s, error);
	spec_clear(&s, m);
	return done;
}
