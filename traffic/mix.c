/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/mix.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "traffic/arrival.h"
#include "traffic/frame.h"
#include "traffic/mix_private.h"
#include "analyze/base/text.h"
#include "analyze/base/error.h"

/* Guest 4096 gets 4096^-8 = 1e-29 of guest 1's load: nobody means more than that. */
static const double zipf_max = 8.0;

/* A process with what is known by it. */
struct known_process {
	char *spec;
	arrival_process *process;
	const profile *profile; /* of a trace, else NULL; the mix's */
};

static void free_process(void *p)
{
	struct known_process *known = p;

	g_free(known->spec);
	arrival_process_free(known->process);
	g_free(known);
}

mix *mix_alloc(const char *name)
{
	mix *m = g_new0(mix, 1);

	m->name = text_file_part(name);
	m->profiles = g_ptr_array_new_with_free_func((GDestroyNotify)profile_free);
	m->processes = g_ptr_array_new_with_free_func(free_process);
	m->strings = g_string_chunk_new(256);
	return m;
}

void mix_free(mix *m)
{
	if (m == NULL)
		return;
	g_free(m->name);
	g_free(m->guests);
	g_free(m->groups);
	g_ptr_array_unref(m->profiles); /* some use what processes have */
	g_ptr_array_unref(m->processes);
	g_string_chunk_free(m->strings);
	g_free(m);
}

const profile *mix_profile(mix *m, const char *spec, uint32_t mtu, GError **error)
{
	profile *p;

	for (guint i = 0; i < m->profiles->len; i++) {
		p = g_ptr_array_index(m->profiles, i);
		if (strcmp(p->spec, spec) == 0)
			return p;
	}
	p = profile_open(spec, mtu, error);
	if (p != NULL)
		g_ptr_array_add(m->profiles, p);
	return p;
}

gboolean mix_set_arrival(
	mix *m, const char *where, const char *spec, struct mix_guest *guest, GError **error)
{
	struct known_process *known = NULL;

	for (guint i = 0; i < m->processes->len && known == NULL; i++) {
		known = g_ptr_array_index(m->processes, i);
		if (strcmp(known->spec, spec) != 0)
			known = NULL;
	}
	if (known == NULL) {
		arrival_process *process = arrival_process_new(where, spec, error);
		profile *p = process == NULL ? NULL : arrival_process_profile(process);

		if (process == NULL)
			return FALSE;
		if (p != NULL)
			g_ptr_array_add(m->profiles, p);
		known = g_new(struct known_process, 1);
		*known = (struct known_process){ g_strdup(spec), process, p };
		g_ptr_array_add(m->processes, known);
	}
	guest->arrival = known->spec;
	guest->process = known->process;
	guest->profile = known->profile;
	return TRUE;
}

void mix_normalize(mix *m)
{
	double sum = 0.0;

	for (uint32_t i = 0; i < m->nb_guests; i++)
		sum += m->guests[i].share;
	for (uint32_t i = 0; i < m->nb_guests; i++)
		m->guests[i].share /= sum;
}

gboolean mix_check_share(const char *where, const char *text, double *out, GError **error)
{
	double share;

	if (!text_number(text, &share))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"%s: invalid share '%s'; expected a number such as 3 or 0.5", where,
			text_quote(text).text);
	if (!(share >= MIX_SHARE_MIN) || share > MIX_SHARE_MAX)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: share %s is outside %g..%g; scale all shares", where,
			text_quote(text).text, MIX_SHARE_MIN, MIX_SHARE_MAX);
	*out = share;
	return TRUE;
}

static gboolean set_zipf(mix *m, const char *text, GError **error)
{
	double s;

	if (!text_number(text, &s) || !(s >= 0.0) || s > zipf_max)
		return input_fail(error, INPUT_ERROR_RANGE,
			"shares: invalid zipf exponent '%s'; expected a number from 0 to %g: "
			"zipf:1.1",
			text_quote(text).text, zipf_max);
	for (uint32_t i = 0; i < m->nb_guests; i++)
		m->guests[i].share = pow(i + 1.0, -s);
	return TRUE;
}

static gboolean set_shares(mix *m, const char *shares, GError **error)
{
	g_auto(GStrv) words = NULL;
	guint nb;

	for (uint32_t i = 0; i < m->nb_guests; i++)
		m->guests[i].share = 1.0;
	if (shares == NULL || strcmp(shares, "equal") == 0)
		return TRUE;
	if (g_str_has_prefix(shares, "zipf:"))
		return set_zipf(m, shares + strlen("zipf:"), error);
	words = g_strsplit(shares, ",", -1);
	nb = g_strv_length(words);
	if (nb != m->nb_guests)
		return input_fail(error, INPUT_ERROR_RANGE,
			"shares: expected %u, one per guest, got %u in '%s': a comma separates "
			"shares; use 1.5 for a fraction, equal, or zipf:1.1",
			m->nb_guests, nb, text_quote(shares).text);
	for (guint i = 0; i < nb; i++)
		if (!mix_check_share("shares", g_strstrip(words[i]), &m->guests[i].share, error))
			return FALSE;
	return TRUE;
}

gboolean mix_add_guests(mix *m, const char *where, const struct mix_guest *guest, const char *group,
	uint64_t nb, GError **error)
{
	struct mix_guest g = *guest; /* of the first group, until its own is found */

	g.group_of = 0;
	if (nb < 1 || nb > FRAME_GUESTS_MAX)
		return input_fail(error, INPUT_ERROR_RANGE,
			"%s: invalid number of guests %" PRIu64 "; expected 1 to %d", where, nb,
			FRAME_GUESTS_MAX);
	if (nb + m->nb_guests > FRAME_GUESTS_MAX)
		return input_fail(error, INPUT_ERROR_RANGE, "%s: more than %d guests in total",
			where, FRAME_GUESTS_MAX);
	while (g.group_of < m->nb_groups && strcmp(m->groups[g.group_of], group) != 0)
		g.group_of++;
	if (g.group_of == m->nb_groups) {
		m->groups = g_renew(const char *, m->groups, ++m->nb_groups);
		m->groups[g.group_of] = g_string_chunk_insert(m->strings, group);
	}
	g.group = m->groups[g.group_of];
	m->guests = g_renew(struct mix_guest, m->guests, m->nb_guests + nb);
	while (nb-- > 0)
		m->guests[m->nb_guests++] = g;
	return TRUE;
}

gboolean mix_check_interface(const char *where, const char *text, GError **error)
{

	if (text[0] != '\0' &&
		text[strspn(text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-")] == '\0')
		return TRUE;
	return input_fail(error, INPUT_ERROR_SYNTAX,
		"%s: invalid interface '%s'; expected letters, digits and '-', such as "
		"vhost-user",
		where, text_quote(text).text);
}

/* "vfio:8", an entry of a fleet. */
static gboolean add_entry(mix *m, const struct mix_guest *guest, const char *entry, GError **error)
{
	const char *colon = strchr(entry, ':');
	g_autofree char *interface = g_strndup(entry, colon == NULL ? 0 : (size_t)(colon - entry));
	struct mix_guest g = *guest;
	uint64_t nb;

	if (colon == NULL || !text_uint(colon + 1, UINT64_MAX, &nb))
		return input_fail(error, INPUT_ERROR_SYNTAX,
			"--guests: expected a count (64) or a fleet (vfio:8,vmux:24), got '%s'",
			text_quote(entry).text);
	if (!mix_check_interface("--guests", interface, error))
		return FALSE;
	g.interface = g_string_chunk_insert(m->strings, interface);
	return mix_add_guests(m, "--guests", &g, interface, nb, error);
}

static gboolean add_fleet(mix *m, const struct mix_guest *guest, const char *guests, GError **error)
{
	g_auto(GStrv) entries = NULL;
	uint64_t nb;

	if (text_uint(guests, UINT64_MAX, &nb))
		return mix_add_guests(m, "--guests", guest, "", nb, error);
	entries = g_strsplit(guests, ",", -1);
	if (entries[0] == NULL)
		return add_entry(m, guest, "", error);
	for (size_t i = 0; entries[i] != NULL; i++)
		if (!add_entry(m, guest, g_strstrip(entries[i]), error))
			return FALSE;
	return TRUE;
}

mix *mix_new(const char *profile_spec, const char *guests, const char *shares, const char *process,
	uint32_t mtu, GError **error)
{
	g_autoptr(mix) m = mix_alloc("");
	struct mix_guest guest = { 0 };

	if (!mix_set_arrival(m, "arrival", process, &guest, error))
		return NULL;
	if (guest.profile == NULL)
		guest.profile = mix_profile(m, profile_spec, mtu, error);
	if (guest.profile == NULL || !add_fleet(m, &guest, guests, error) ||
		!set_shares(m, shares, error))
		return NULL;
	g_free(m->name);
	m->name = g_strdup(guest.profile->name);
	mix_normalize(m);
	return g_steal_pointer(&m);
}

double mix_mean_frame_len(const mix *m)
{
	double sum = 0.0;

	for (uint32_t i = 0; i < m->nb_guests; i++)
		sum += m->guests[i].share * profile_mean_frame_len(m->guests[i].profile);
	return sum;
}

uint32_t mix_longest_frame_len(const mix *m)
{
	uint32_t longest = 0;

	for (guint i = 0; i < m->profiles->len; i++)
		longest = MAX(
			longest, profile_longest_frame_len(g_ptr_array_index(m->profiles, i)));
	return longest;
}
