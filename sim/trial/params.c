/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/params.h"

#include <string.h>

#include "sim/datapath/fabric.h"

static gboolean one_size(const mix *m, uint32_t *frame_len)
{
	const profile *p = m->guests[0].profile;

	*frame_len = p->classes[0].frame_len_lo;
	return m->nb_guests == 1 && p->nb_classes == 1 && p->classes[0].frame_len_hi == *frame_len;
}

/* What else decides what is measured. */
static char *extra_text(const struct options *o, unsigned ranks)
{
	GString *s = g_string_new(NULL);

	if (ranks > 1)
		g_string_append_printf(s, "--ranks=%u ", ranks);
	if (o->swap != NULL)
		g_string_append_printf(s, "--swap=%s ", o->swap);
	if (o->guest_cores != NULL)
		g_string_append_printf(s, "--guest-cores=%s ", o->guest_cores);
	if (o->per_process != 0)
		g_string_append_printf(s, "--guests-per-process=%d ", o->per_process);
	if (o->hugepages)
		g_string_append(s, "--hugepages ");
	if (o->ramp != NULL)
		g_string_append_printf(s, "--ramp=%s ", o->ramp);
	/* With --as it only says how we reach them. */
	if (o->port != NULL && o->as == NULL)
		g_string_append_printf(s, "--port=%s ", o->port);
	if (o->cores.nb_timer != 0)
		g_string_append_printf(s, "--probes=%s ", o->probes);
	if (o->link != NULL)
		g_string_append_printf(s, "--link=%s ", o->link);
	if (o->host_cores != NULL)
		g_string_append_printf(s, "--host-cores=%s ", o->host_cores);
	if (o->policy != NULL)
		g_string_append_printf(s, "--policy=%s ", o->policy);
	if (!option_is_preset(options_rows, o, "vf-limit"))
		g_string_append_printf(s, "--vf-limit=%d ", o->vf_limit);
	if (!option_is_preset(options_rows, o, "mediators"))
		g_string_append_printf(s, "--mediators=%d ", o->mediators);
	if (!option_is_preset(options_rows, o, "descriptors"))
		g_string_append_printf(s, "--descriptors=%d ", o->descriptors);
	g_strchomp(s->str);
	return g_string_free(s, FALSE);
}

static gboolean uses(const char *const *words, uint32_t nb, const char *word)
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
		p->vhost = uses(words, nb, "virtio-on") || (uses(words, nb, "virtio") && o->vhost);
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
	struct trial_params *p = g_new0(struct trial_params, 1);

	p->label = g_strdup(o->label);
	set_guests(p, o);
	p->guests = m->nb_guests;
	p->profile = g_strdup(m->name);
	if (!one_size(m, &p->frame_len))
		p->frame_len = 0;
	p->arrival = g_strdup(o->mix != NULL ? "mix" : o->arrival);
	p->share = g_strdup(o->mix != NULL ? "mix" : o->share == NULL ? "equal" : o->share);
	p->pattern = g_strdup(o->pattern_text);
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
