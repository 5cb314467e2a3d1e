/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/trial/environment.h"

#include <math.h>
#include <string.h>
#include <sys/utsname.h>

#include <rte_version.h>

#include "analyze/numbers/numbers.h"
#include "sim/engine/clock.h"
#include "sim/trial/host_watch.h"
#include "traffic/frame.h"

static void describe_profile(GString *s, const profile *p)
{
	g_string_append_printf(s, "%s:", profile_mode_name(p->mode));
	for (uint32_t k = 0; k < p->nb_classes; k++)
		g_string_append_printf(s, " %u-%u=%.17g", p->classes[k].frame_len_lo,
			p->classes[k].frame_len_hi, p->classes[k].share);
	if (p->mode == PROFILE_TRACE)
		g_string_append_printf(s, " %s", p->source); /* holds the capture's checksum */
	for (uint32_t k = 0; p->mode == PROFILE_SEQUENCE && k < p->sequence_len; k++)
		g_string_append_printf(s, " %u", p->sequence[k]);
}

char *environment_mix_digest(const mix *m)
{
	g_autoptr(GString) s = g_string_new(NULL);

	for (uint32_t i = 0; i < m->nb_guests; i++) {
		describe_profile(s, m->guests[i].profile);
		g_string_append_printf(s, " %s %.17g\n", m->guests[i].arrival, m->guests[i].share);
	}
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, s->str, (gssize)s->len);
}

static char *ip_text(uint32_t ip)
{
	return g_strdup_printf("%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

static JsonObject *profile_object(const profile *p)
{
	JsonObject *o = json_object_new();
	JsonArray *classes = json_array_new();

	json_object_set_string_member(o, "profile", p->spec);
	json_object_set_string_member(o, "title", p->title == NULL ? p->name : p->title);
	json_object_set_string_member(o, "source", p->source == NULL ? "" : p->source);
	json_object_set_string_member(o, "mode", profile_mode_name(p->mode));
	if (p->genome != NULL)
		json_object_set_string_member(o, "genome", p->genome);
	json_object_set_double_member(o, "mean_frame_bytes", profile_mean_frame_len(p));
	for (uint32_t k = 0; k < p->nb_classes; k++) {
		JsonObject *c = json_object_new();

		json_object_set_int_member(c, "frame_bytes_lo", p->classes[k].frame_len_lo);
		json_object_set_int_member(c, "frame_bytes_hi", p->classes[k].frame_len_hi);
		json_object_set_double_member(c, "share_of_frames", p->classes[k].share);
		json_array_add_object_element(classes, c);
	}
	json_object_set_array_member(o, "classes", classes);
	return o;
}

JsonObject *environment_mix(const mix *m, const schedule *s, const uint8_t base_mac[6])
{
	JsonObject *o = json_object_new();
	JsonArray *profiles = json_array_new(), *table = json_array_new();

	json_object_set_string_member(o, "name", m->name);
	json_object_set_string_member(o, "schedule_sha256", s->digest);
	json_object_set_string_member(o, "random_numbers", s->rng_name);
	json_object_set_int_member(o, "seed", (gint64)s->seed);
	json_object_set_int_member(o, "repetition", s->repetition);
	json_object_set_string_member(o, "derivation", SCHEDULE_DERIVATION);
	json_object_set_boolean_member(o, "schedule_repeats", s->repeats);
	json_object_set_double_member(o, "schedule_cycle_s", (double)s->cycle_ns / 1e9);
	json_object_set_double_member(o, "mean_frame_bytes", mix_mean_frame_len(m));
	for (guint i = 0; i < m->profiles->len; i++)
		json_array_add_object_element(
			profiles, profile_object(g_ptr_array_index(m->profiles, i)));
	json_object_set_array_member(o, "profiles", profiles);
	for (uint32_t i = 0; i < m->nb_guests; i++) {
		const struct mix_guest *g = &m->guests[i];
		JsonObject *row = json_object_new();
		g_autofree char *from = ip_text(frame_generator_ip(i));
		g_autofree char *to = ip_text(frame_guest_ip(i));
		g_autofree char *to_mac = NULL;
		uint8_t mac[6];

		frame_guest_mac(base_mac, i, mac);
		to_mac = frame_mac_format(mac);
		json_object_set_int_member(row, "guest", i);
		json_object_set_string_member(row, "source", from);
		json_object_set_string_member(row, "destination", to);
		json_object_set_string_member(row, "destination_mac", to_mac);
		json_object_set_string_member(row, "imix",
			g->profile->genome != NULL ? g->profile->genome : g->profile->spec);
		json_object_set_string_member(row, "arrival", g->arrival);
		json_object_set_double_member(row, "share", g->share);
		json_array_add_object_element(table, row);
	}
	json_object_set_array_member(o, "rfc6985_table", table);
	return o;
}

static char *cpuinfo_value(const char *key)
{
	g_autofree char *text = NULL;
	const char *at;

	if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
		return g_strdup("");
	at = strstr(text, key);
	at = at == NULL ? NULL : strchr(at, ':');
	return at == NULL ? g_strdup("") : g_strchug(g_strndup(at + 1, strcspn(at + 1, "\n")));
}

static char *utc_now(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();

	return g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%fZ");
}

/* The first line of a small file, or "" where there is none. */
static void set_file(JsonObject *o, const char *key, const char *path)
{
	g_autofree char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		text[strcspn(text, "\n")] = '\0';
	json_object_set_string_member(o, key, text == NULL ? "" : text);
}

/* What --note says. */
static void set_notes(JsonObject *e, char **notes)
{
	JsonObject *all = json_object_new();

	for (char **note = notes; note != NULL && *note != NULL; note++) {
		const char *equals = strchr(*note, '=');
		g_autofree char *key = g_strndup(*note, (gsize)(equals - *note));

		json_object_set_string_member(all, key, equals + 1);
	}
	json_object_set_object_member(e, "notes", all);
}

JsonObject *environment_environment(const struct options *o, double tsc_hz)
{
	JsonObject *e = json_object_new(), *versions = json_object_new();
	g_autofree char *model = cpuinfo_value("model name"), *flags = cpuinfo_value("flags"),
			*now = utc_now();
	struct utsname u;

	uname(&u);
	json_object_set_string_member(versions, "tsim", TSIM_VERSION);
	json_object_set_string_member(versions, "dpdk", rte_version());
	json_object_set_string_member(versions, "glib",
		G_STRINGIFY(GLIB_MAJOR_VERSION) "." G_STRINGIFY(GLIB_MINOR_VERSION) "." G_STRINGIFY(
			GLIB_MICRO_VERSION));
	json_object_set_string_member(versions, "gsl", numbers_gsl_version());
	json_object_set_object_member(e, "versions", versions);
	json_object_set_string_member(e, "kernel", u.release);
	json_object_set_string_member(e, "cpu", model);
	json_object_set_int_member(e, "cpus", g_get_num_processors());
	json_object_set_string_member(e, "accelerator",
		strstr(flags, " hypervisor") != NULL ? "none (this machine is itself virtual)"
						     : "none");
	set_file(e, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
	set_file(e, "turbo_off", "/sys/devices/system/cpu/intel_pstate/no_turbo");
	set_file(e, "numa_nodes", "/sys/devices/system/node/online");
	set_file(e, "isolated_cpus", "/sys/devices/system/cpu/isolated");
	set_file(e, "kernel_command_line", "/proc/cmdline");
	set_file(e, "hugepages_2m", "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
	set_file(e, "load_average", "/proc/loadavg");
	json_object_set_boolean_member(e, "uses_hugepages", o->hugepages);
	json_object_set_boolean_member(e, "tsc_invariant", host_tsc_read("") == 0);
	json_object_set_int_member(e, "tsc_hz", (gint64)tsc_hz);
	json_object_set_string_member(e, "clock", "tsc");
	json_object_set_string_member(e, "command_line", o->command_line);
	json_object_set_string_member(e, "started", now);
	if (o->notes != NULL)
		set_notes(e, o->notes);
	return e;
}

void environment_end(JsonObject *environment, const struct clock_pair *started, double tsc_hz)
{
	g_autofree char *now = utc_now();
	struct clock_pair ended_at = clock_pair_now();

	json_object_set_string_member(environment, "ended", now);
	json_object_set_double_member(environment, "tsc_error_ppm",
		(clock_rate_hz(started, &ended_at) / tsc_hz - 1) * 1e6);
}

double environment_tsc_error_ppm(JsonObject *environment)
{
	return json_object_get_double_member_with_default(environment, "tsc_error_ppm", 0);
}
