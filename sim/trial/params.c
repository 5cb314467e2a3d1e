/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/params.h"

#include <string.h>

#include "sim/datapath/fabric.h"

/* What else decides what is measured. */
static char *extra_text(const struct options *o, unsigned ranks)
{
	static const char *const names[] = { "swap", "guest-cores", "guests-per-process",
		"guest-driver", "hugepages", "ramp", "port", "probes", "link", "host-cores",
		"policy", "vf-limit", "mediators", "descriptors", "payload" };
	GString *s = g_string_new(NULL);

	if (ranks > 1)
		g_string_append_printf(s, "--ranks=%u ", ranks);
	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = option_text(option_find(options_rows, names[i]), o);

		if (g_str_equal(names[i], "hugepages"))
			g_string_append(s, o->hugepages ? "--hugepages " : "");
		/* With --as it only says how we reach them. */
		else if (g_str_equal(names[i], "port") && o->as != NULL)
			continue;
		else if (g_str_equal(names[i], "probes")
				 ? o->cores.nb_timer != 0
				 : !option_is_preset(options_rows, o, names[i]))
			g_string_append_printf(s, "--%s=%s ", names[i], text);
	}
	g_strchomp(s->str);
	return g_string_free(s, FALSE);
}

static gboolean has_word(const char *const *words, uint32_t nb, const char *word)
{
	for (uint32_t i = 0; i < nb; i++)
		if (g_str_equal(words[i], word))
			return TRUE;
	return FALSE;
}

/* What the guests are: as they were made, or as --as says. */
static void set_guests(struct trial_params *p, const struct options *o)
{
	const char **words = o->interfaces;
	uint32_t nb = o->traffic->nb_guests;
	const struct setup *as = &o->as_setup;

	if (o->as == NULL) {
		p->machine = g_strdup(o->machine);
		p->interface = fabric_name(words, nb);
		p->vhost = has_word(words, nb, "virtio-on") ||
			   (has_word(words, nb, "virtio") && o->vhost);
		p->qemu = g_strdup("none");
		p->reflector = g_strdup("dpdk");
		return;
	}
	p->machine = g_strdup(setup_machine_word(as->machine));
	p->interface = g_strdup(as->interface->word);
	p->vhost = as->vhost;
	p->ioregionfd = as->ioregionfd;
	p->qemu = g_strdup(as->qemu);
	p->reflector = g_strdup(setup_reflector_word(as->reflector));
}

struct trial_params *params_new(const struct options *o, const char *mix_digest, unsigned ranks,
	uint64_t rate_pps, uint32_t repetition)
{
	const mix *m = o->traffic;
	const profile *first = m->guests[0].profile;
	uint32_t frame_len = first->classes[0].frame_len_lo;
	struct trial_params *p = g_new0(struct trial_params, 1);

	p->label = g_strdup(o->label);
	set_guests(p, o);
	p->guests = m->nb_guests;
	p->profile = g_strdup(m->name);
	if (m->nb_guests == 1 && first->nb_classes == 1 &&
		first->classes[0].frame_len_hi == frame_len)
		p->frame_len = frame_len;
	p->arrival = g_strdup(o->mix != NULL ? "mix" : o->arrival);
	p->share = g_strdup(o->mix != NULL ? "mix" : o->share == NULL ? "equal" : o->share);
	p->pattern = g_strdup(options_patterns[o->pattern]);
	p->rate_pps = rate_pps;
	p->duration_s = (double)o->duration_ns / 1e9;
	p->warm_up_s = (double)o->warm_up_ns / 1e9;
	p->drain_s = (double)o->drain_ns / 1e9;
	p->seed = (uint64_t)o->seed;
	p->repetition = repetition;
	p->cores = g_strdup(o->cores_text == NULL ? "" : o->cores_text);
	p->faults = g_strdup(o->fault == NULL ? "" : o->fault);
	p->mix_digest = g_strdup(mix_digest);
	p->extra = extra_text(o, ranks);
	return p;
}

void params_free(gpointer p)
{
	if (p != NULL)
		trial_params_clear(p);
	g_free(p);
}
