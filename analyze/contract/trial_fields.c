/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyze/contract/trial_fields.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analyze/contract/trial_fields_private.h"
#include "analyze/contract/trial_ipdv.h"
#include "traffic/frame.h"

/* Parameters, in the order in which combinations are sorted, but for the rate. */
#define PARAM(member, its_kind, its_unit, its_selector, ...) \
	FIELD(trial_params, member, its_kind, its_unit, __VA_ARGS__, .selector = its_selector)

static const struct trial_field params_rows[] = {
	PARAM(label, TEXT, "", "label", "directory under out/"),
	PARAM(machine, TEXT, "", "machine", "process, pcvm, microvm, host, external"),
	PARAM(interface, TEXT, "", "interface", "of the guests; of a mixed fleet: vfio+vmux"),
	PARAM(qemu, TEXT, "", "qemu", "name of the QEMU build, or none"),
	PARAM(reflector, TEXT, "", "reflector", "dpdk, xdp; moongen in results of autotest"),
	PARAM(vhost, SWITCH, "", "vhost", "vhost-net in the host's kernel"),
	PARAM(ioregionfd, SWITCH, "", "ioregionfd", "ioregionfd of the microvm"),
	PARAM(guests, U32, "", "guests", "number of guests", .max = FRAME_GUESTS_MAX),
	PARAM(profile, TEXT, "", "profile", "name of the profile or mix"),
	NAMED("frame_bytes", trial_params, frame_len, U32, "B",
		"frame size of one guest with one size, else 0", .selector = "size",
		.name = "frame size", .max = FRAME_LEN_MAX),
	PARAM(arrival, TEXT, "", "arrival", "arrival process; mix: see the mix file"),
	PARAM(share, TEXT, "", "share", "load per guest: equal, zipf:1.1, a list; mix"),
	PARAM(pattern, TEXT, "", "pattern",
		"to-guests, between-guests or both; missing in older files: to-guests",
		.flags = TRIAL_OPTIONAL, .fallback = TRIAL_PATTERN_DEFAULT),
	PARAM(rate_pps, U64, "pps", "rate", "intended rate of all guests; 0: as fast as possible"),
	PARAM(duration_s, REAL, "s", "duration", "length of the measurement phase"),
	PARAM(warm_up_s, REAL, "s", "warm-up", "length of the warm-up"),
	PARAM(drain_s, REAL, "s", "drain", "wait for frames after the measurement phase"),
	PARAM(seed, U64, "", "seed", "random seed"),
	PARAM(repetition, U32, "", NULL, "number of the repetition, from 0", .max = G_MAXINT32),
	PARAM(cores, TEXT, "", "cores", "value of --cores; empty: default"),
	PARAM(faults, TEXT, "", "faults", "value of --fault; empty: none"),
	PARAM(mix_digest, TEXT, "", "mix", "SHA-256 of the mix: names alone are ambiguous"),
	PARAM(extra, TEXT, "", "extra", "further options that change what is measured"),
};
const struct trial_record trial_params_fields = RECORD("parameters", trial_params, params_rows,
	"Requested parameters: trials with equal ones are the same trial.");

static const struct trial_field verdict_rows[] = {
	FIELD(trial, trustworthy, SWITCH, "", "the numbers are reliable"),
	FIELD(trial, interrupted, SWITCH, "", "the trial was ended early"),
	FIELD(trial, reasons, TEXTS, "", "why it is not trustworthy, and notes"),
	FIELD(trial, cause, TEXT, "",
		"of what is not trustworthy: tester (generator, its clock or machine), guests "
		"(died or never came), sut (guests short of CPU or too busy to answer), clock "
		"(TSC not invariant); else empty",
		.flags = TRIAL_OPTIONAL),
};
static const struct trial_record verdict_fields = RECORD(
	"verdict", trial, verdict_rows, "Whether the numbers are reliable.");

/* Older files do not say unsent, but what is missing from intended was just that. */
static void settle_counts(struct json_in *in, JsonObject *o, const char *where, void *record)
{
	struct trial_counts *c = record;

	(void)where;
	if (in->error == NULL && !json_object_has_member(o, "unsent") &&
		c->offered <= c->intended && c->not_sent <= c->intended - c->offered)
		c->unsent = c->intended - c->offered - c->not_sent;
}

#define COUNT(member, ...) FIELD(trial_counts, member, U64, __VA_ARGS__)
#define PPS(member)                                                                        \
	NAMED(#member "_pps", trial_counts, member, RATIO, "pps", #member " / measured_s", \
		.flags = TRIAL_PER_SECOND)

static const struct trial_field counts_rows[] = {
	COUNT(intended, "frames", "scheduled within the measurement phase"),
	COUNT(not_sent, "frames", "of intended: link saturated; missing in older files",
		.flags = TRIAL_OPTIONAL),
	COUNT(unsent, "frames", "intended - offered - not_sent; missing in older files",
		.flags = TRIAL_OPTIONAL),
	COUNT(offered, "frames", "presented to the guest's interface"),
	COUNT(forwarded, "frames", "returned intact, counted once"),
	COUNT(lost, "frames", "offered - forwarded; includes refused"),
	COUNT(duplicated, "frames", "returned again"),
	COUNT(reordered, "frames", "of forwarded: out of order (RFC 4737)"),
	COUNT(corrupt, "frames", "returned with a wrong byte; per guest only, 0 per size",
		.flags = TRIAL_PER_GUEST),
	COUNT(foreign, "frames", "not frames of this trial; per guest only, 0 per size",
		.flags = TRIAL_PER_GUEST),
	COUNT(late, "frames", "of offered: departed later than --slack"),
	COUNT(refused, "frames", "of offered: no room in the interface"),
	COUNT(offered_bytes, "B", "with FCS"),
	COUNT(forwarded_bytes, "B", "with FCS"),
	PPS(intended),
	PPS(offered),
	PPS(forwarded),
	QUOTIENT("loss_ratio", trial_counts, lost, offered, "", "lost / offered; null if one-way",
		.max = 1, .flags = TRIAL_NOT_ONE_WAY),
};
const struct trial_record trial_counts_fields = RECORD("counts", trial_counts, counts_rows,
	"Frames, exact; lost = offered - forwarded. Rates are null if nothing was measured.",
	.settle = settle_counts);

static const struct trial_field totals_rows[] = {
	FIELD(trial, totals, INLINE, "", "", .record = &trial_counts_fields),
	FIELD(trial, measured_s, REAL, "s", "less than duration_s if interrupted"),
	QUOTIENT("mean_frame_bytes", trial, totals.offered_bytes, totals.offered, "B",
		"of offered frames. Older files have mix.mean_frame_bytes, the mean of the mix"),
};
static const struct trial_record totals_fields = RECORD(
	"totals", trial, totals_rows, "Frames of all guests.");

static double make_stddev(const void *record, const struct trial_view *view)
{
	const struct trial_dist *d = record;
	double stddev = NAN;

	(void)view;
	if (d->hist != NULL)
		(void)hist_stddev(d->hist, &stddev);
	return stddev;
}

static int make_quantile(const struct trial_field *f, const void *record,
	const struct trial_view *view, int64_t *ns, gboolean *bound)
{
	uint64_t v = 0;
	int result = trial_dist_quantile(record, f->q, &v, bound);

	(void)view;
	*ns = (int64_t)MIN(v, (uint64_t)G_MAXINT64);
	return result;
}

/* A row of what is made of the record as a whole. */
#define MADE(its_key, its_kind, its_unit, ...)                                                   \
	{                                                                                        \
		.key = its_key, .kind = TRIAL_##its_kind, .unit = its_unit, .words = __VA_ARGS__ \
	}
#define SUM(member, ...) FIELD(trial_dist, member, U64, __VA_ARGS__)

static const struct trial_field sums_rows[] = {
	SUM(count, "frames", "received"),
	SUM(censored, "frames", "lost: their latency is at least censored_ns"),
	SUM(censored_ns, "ns", "lower bound for a lost frame"),
	SUM(min_ns, "ns", "exact; 0 if count is 0"),
	SUM(max_ns, "ns", "exact; 0 if count is 0"),
	SUM(sum_ns, "ns", "exact"),
	QUOTIENT("mean_ns", trial_dist, sum_ns, count, "ns", "sum_ns / count"),
};
static const struct trial_record sums_fields = RECORD("sums", trial_dist, sums_rows, "Exact sums.");

static const struct trial_field dist_rows[] = {
	MADE("sums", INLINE, "", "", .record = &sums_fields),
	MADE("stddev_ns", RATIO, "ns", "sample standard deviation (n - 1), from the bins",
		.ratio = make_stddev),
	MADE("p25_ns", RANK, "ns", "25th percentile", .rank = make_quantile, .q = 0.25),
	MADE("p50_ns", RANK, "ns", "median", .rank = make_quantile, .q = 0.5),
	MADE("p75_ns", RANK, "ns", "75th percentile", .rank = make_quantile, .q = 0.75),
	MADE("p90_ns", RANK, "ns", "90th percentile", .rank = make_quantile, .q = 0.9),
	MADE("p99_ns", RANK, "ns", "99th percentile", .rank = make_quantile, .q = 0.99),
	MADE("p999_ns", RANK, "ns", "99.9th percentile", .rank = make_quantile, .q = 0.999),
	MADE("p9999_ns", RANK, "ns", "99.99th percentile", .rank = make_quantile, .q = 0.9999),
	MADE("bounds", BOUNDS, "", "percentiles among the lost frames: lower bounds"),
};

const struct trial_record trial_dist_fields = RECORD("distribution", trial_dist, dist_rows,
	"Latency of count received and censored lost frames; that of lost ones is at least "
	"censored_ns. Percentiles include both.",
	.clear = (GDestroyNotify)trial_dist_clear);

#define PART_OF(type, member, fields, ...) \
	FIELD(type, member, RECORD, "", __VA_ARGS__, .record = &fields)
#define LATENCY "from the actual departure"
#define RESPONSE "from the scheduled departure"

#define GAP(its_key, member, ...) \
	NAMED(its_key, trial_departure, member, U64, "frames", __VA_ARGS__)

static const struct trial_field gap_rows[] = {
	GAP("frames", inter_frames, "number of gaps"),
	GAP("within_64ns", inter_within_64ns, "gaps within 64 ns of the scheduled gap"),
	GAP("within_128ns", inter_within_128ns, "within 128 ns"),
	GAP("within_256ns", inter_within_256ns, "within 256 ns"),
	GAP("within_512ns", inter_within_512ns, "within 512 ns"),
};
static const struct trial_record gap_fields = RECORD("inter_departure", trial_departure, gap_rows,
	"Deviation of the gaps between two departures of one load worker from the scheduled "
	"gaps.");

static const struct trial_field departure_rows[] = {
	FIELD(trial_departure, frames, U64, "frames", "all departures"),
	FIELD(trial_departure, within_64ns, U64, "frames", "departed within 64 ns of the schedule"),
	FIELD(trial_departure, within_128ns, U64, "frames", "within 128 ns"),
	FIELD(trial_departure, within_256ns, U64, "frames", "within 256 ns"),
	FIELD(trial_departure, within_512ns, U64, "frames", "within 512 ns"),
	FIELD(trial_departure, bursts, U64, "frames", "in the same burst as the previous frame"),
	FIELD(trial_departure, self_delay_p50_ns, U64, "ns", "median delay behind the schedule"),
	FIELD(trial_departure, self_delay_p99_ns, U64, "ns", "99th percentile of that delay"),
	FIELD(trial_departure, self_delay_max_ns, U64, "ns", "maximum delay"),
	MADE("inter_departure", RECORD, "", "gaps between two departures", .record = &gap_fields,
		.flags = TRIAL_OPTIONAL),
};
const struct trial_record trial_departure_fields = RECORD(
	"departure", trial_departure, departure_rows, "Deviation of departures from the schedule.");

static void enter_probes(const void *record, struct trial_view *view)
{
	(void)record;
	view->one_way = FALSE;
}

/* Older files have one text for both directions: tsc, rx hardware. */
static void settle_probes(struct json_in *in, JsonObject *o, const char *where, void *record)
{
	struct trial_probes *p = record;
	const char *both = json_object_get_string_member_with_default(o, "time_stamps", NULL);

	(void)in;
	(void)where;
	if (both == NULL || json_object_has_member(o, "rx_stamps"))
		return;
	g_free(p->rx_stamps);
	g_free(p->tx_stamps);
	p->rx_stamps = g_strdup(strstr(both, "rx hardware") != NULL ? "nic" : "tsc");
	p->tx_stamps = g_strdup("tsc");
}

static const struct trial_field probes_rows[] = {
	FIELD(trial_probes, rate_pps, REAL, "pps", "rate for all guests together"),
	FIELD(trial_probes, rx_stamps, TEXT, "",
		"nic or tsc: source of the arrival time; missing in older files",
		.flags = TRIAL_OPTIONAL),
	FIELD(trial_probes, tx_stamps, TEXT, "",
		"nic or tsc: source of the departure time; missing in older files",
		.flags = TRIAL_OPTIONAL),
	FIELD(trial_probes, stamp_error_ns, U64, "ns",
		"largest error of the NIC's clock converted to TSC; 0 without NIC stamps",
		.flags = TRIAL_OPTIONAL),
	FIELD(trial_probes, set_aside, U64, "frames",
		"PTP probes that showed whether the NIC stamps, or lack its stamp; in no other "
		"count",
		.flags = TRIAL_OPTIONAL),
	FIELD(trial_probes, c, INLINE, "", "", .record = &trial_counts_fields),
	FIELD(trial_probes, late_back, U64, "frames", "of forwarded: after the timeout of a probe"),
	PART_OF(trial_probes, latency, trial_dist_fields, "of all probes; lost ones are censored"),
};
const struct trial_record trial_probes_fields = RECORD("probes", trial_probes, probes_rows,
	"Probes of the timer worker, if used. No other count includes them. The bins of their "
	"latency are in probes_*.csv.",
	.enter = enter_probes, .settle = settle_probes);

/* A guest's percentiles are what the program that measured has made of the bins. */
static int look_up_percentile(const struct trial_field *f, const void *record,
	const struct trial_view *view, int64_t *ns, gboolean *bound)
{
	if (!view->stored || ((const struct trial_guest_probes *)record)->offered == 0)
		return -ENODATA;
	*ns = (int64_t)trial_field_u64(f, record);
	*bound = *(const gboolean *)G_STRUCT_MEMBER_P(record, f->nb);
	return 0;
}

#define STORED(member, its_bound, ...)                                                    \
	FIELD(trial_guest_probes, member, RANK, "ns", __VA_ARGS__, .flags = TRIAL_STORED, \
		.rank = look_up_percentile, .nb = offsetof(struct trial_guest_probes, its_bound))

static const struct trial_field guest_latency_rows[] = {
	FIELD(trial_guest_probes, latency, INLINE, "", "", .record = &sums_fields),
	MADE("bounds", BOUNDS, "", "percentiles among the lost probes: lower bounds"),
	STORED(p50_ns, p50_bound, "median"),
	STORED(p99_ns, p99_bound, "99th percentile"),
};
static const struct trial_record guest_latency_fields = RECORD("guest_probes_latency",
	trial_guest_probes, guest_latency_rows, "From the actual departure, lost probes included.");

static const struct trial_field guest_probes_rows[] = {
	FIELD(trial_guest_probes, offered, U64, "frames", "probes sent to the guest"),
	FIELD(trial_guest_probes, forwarded, U64, "frames", "returned"),
	FIELD(trial_guest_probes, lost, U64, "frames", "offered - forwarded"),
	MADE("latency", RECORD, "", LATENCY, .record = &guest_latency_fields),
};

static void clear_guest_probes(void *record)
{
	trial_dist_clear(&((struct trial_guest_probes *)record)->latency);
}

const struct trial_record trial_guest_probes_fields = RECORD("guest_probes", trial_guest_probes,
	guest_probes_rows, "Only with probes. Bins per guest are not stored.",
	.clear = clear_guest_probes);

static double make_cycles(const void *record, const struct trial_view *view)
{
	return trial_cpu_cycles(view->cpu, record);
}

static void enter_cpu(const void *record, struct trial_view *view)
{
	view->cpu = record;
}

static const struct trial_field cpu_part_rows[] = {
	FIELD(trial_cpu_part, busy_cycles, U64, "TSC cycles",
		"cycles of loop iterations that moved frames; 0: not counted"),
	FIELD(trial_cpu_part, cpu_ns, U64, "ns", "CPU time of the threads"),
	FIELD(trial_cpu_part, threads, U32, "", "number of threads; 0: none", .max = G_MAXINT32),
	MADE("cycles_per_frame", RATIO, "TSC cycles", "busy_cycles / frames", .ratio = make_cycles),
};
static const struct trial_record cpu_part_fields = RECORD(
	"cpu_part", trial_cpu_part, cpu_part_rows, "Cost of one kind of threads.");

static const struct trial_field cpu_rows[] = {
	FIELD(trial_cpu, frames, U64, "frames", "forwarded in this time"),
	FIELD(trial_cpu, calls, U64, "", "sum of the guests' calls", .flags = TRIAL_OPTIONAL),
	QUOTIENT("calls_per_frame", trial_cpu, calls, frames, "", "calls / frames",
		.flags = TRIAL_OPTIONAL),
	PART_OF(trial_cpu, generator, cpu_part_fields, "workers of the generator"),
	PART_OF(trial_cpu, host, cpu_part_fields,
		"threads between generator and guests; of virtual machines: vmux"),
	PART_OF(trial_cpu, guests, cpu_part_fields,
		"reflectors; of virtual machines: QEMU, all guests together"),
};
const struct trial_record trial_cpu_fields = RECORD("cpu", trial_cpu, cpu_rows,
	"CPU cost of the frames, warm-up and measurement phase together. Of virtual machines on "
	"the generator's machine only CPU time, in steps of 10 ms; of those on another one "
	"nothing.",
	.enter = enter_cpu);

static int make_ipdv(const struct trial_field *f, const void *record, const struct trial_view *view,
	int64_t *ns, gboolean *bound)
{
	(void)view;
	(void)bound;
	return (f->flags & TRIAL_SIGNED) != 0 ? trial_ipdv_quantile(record, f->q, ns)
					      : trial_ipdv_magnitude(record, f->q, (uint64_t *)ns);
}

#define IPDV(its_key, its_q, its_flags, text) \
	MADE(its_key, RANK, "ns", text, .rank = make_ipdv, .q = its_q, .flags = its_flags)

static const struct trial_field ipdv_rows[] = {
	FIELD(trial_ipdv, pairs, U64, "frames", "frames whose predecessor also came back"),
	FIELD(trial_ipdv, min_ns, I64, "ns", "exact; 0 if pairs is 0"),
	FIELD(trial_ipdv, max_ns, I64, "ns", "exact; 0 if pairs is 0"),
	FIELD(trial_ipdv, sum_ns, I64, "ns", "exact"),
	FIELD(trial_ipdv, abs_sum_ns, U64, "ns", "sum of the magnitudes, exact"),
	QUOTIENT("mean_ns", trial_ipdv, sum_ns, pairs, "ns", "sum_ns / pairs",
		.flags = TRIAL_SIGNED),
	QUOTIENT("abs_mean_ns", trial_ipdv, abs_sum_ns, pairs, "ns", "abs_sum_ns / pairs"),
	IPDV("p1_ns", 0.01, TRIAL_SIGNED, "1st percentile"),
	IPDV("p50_ns", 0.5, TRIAL_SIGNED, "median"),
	IPDV("abs_p50_ns", 0.5, 0, "median of the magnitudes"),
	IPDV("abs_p90_ns", 0.9, 0, "90th percentile of the magnitudes"),
	IPDV("p99_ns", 0.99, TRIAL_SIGNED, "99th percentile"),
	IPDV("abs_p99_ns", 0.99, 0, "99th percentile of the magnitudes"),
	IPDV("abs_p999_ns", 0.999, 0, "99.9th percentile of the magnitudes"),
};
static const struct trial_record ipdv_fields = RECORD("ipdv", trial_ipdv, ipdv_rows,
	"Delay variation between neighbours (RFC 3393, RFC 5481 section 4.1): D(i) - D(i-1) of "
	"frames with adjacent numbers of one guest, from the actual departure, over all guests; "
	"abs_: magnitudes. Only with tsim run --ipdv. The bins are in ipdv_*.csv.",
	.clear = (GDestroyNotify)trial_ipdv_clear);

static gboolean is_response(const struct trial_field *f)
{
	return strcmp(f->key, "response") == 0;
}

/* A guest keeps no bins of its own, and neither does a group: they are those of the sizes. */
static hist *add_up_guest(
	const struct trial_field *f, const void *record, const struct trial_view *view)
{
	const struct trial_guest *g = record;

	(void)view;
	return is_response(f) ? trial_bins_of(g, 1, -1, TRUE, g->response.count)
			      : trial_bins_of(g, 1, -1, FALSE, g->latency.count);
}

static hist *add_up_group(
	const struct trial_field *f, const void *record, const struct trial_view *view)
{
	struct trial_dist d;

	trial_group_dist(view->t, (uint32_t)((const struct trial_group *)record - view->t->groups),
		is_response(f), &d);
	return d.hist;
}

static void enter_group(const void *record, struct trial_view *view)
{
	view->one_way = trial_interface_is_one_way(((const struct trial_group *)record)->interface);
}

static const struct trial_field group_rows[] = {
	FIELD(trial_group, group, TEXT, "", "name in the mix file; empty without one"),
	FIELD(trial_group, interface, TEXT, "", "interface of its guests"),
	FIELD(trial_group, guests, U32, "", "number of guests", .min = 1, .max = FRAME_GUESTS_MAX),
	FIELD(trial_group, share, REAL, "", "share of the load: sum of its guests' shares"),
	FIELD(trial_group, c, INLINE, "", "", .record = &trial_counts_fields),
	PART_OF(trial_group, latency, trial_dist_fields, LATENCY, .bins = add_up_group),
	PART_OF(trial_group, response, trial_dist_fields, RESPONSE, .bins = add_up_group),
};
const struct trial_record trial_group_fields = RECORD("group", trial_group, group_rows,
	"Sums over the guests of one group on one interface.", .enter = enter_group);

static void settle_size(struct json_in *in, JsonObject *o, const char *where, void *record)
{
	const struct trial_size *s = record;

	(void)o;
	if (s->frame_len_lo > s->frame_len_hi)
		json_in_fail(in, where, "frame_bytes", "is above frame_bytes_max");
}

static const struct trial_field size_rows[] = {
	NAMED("frame_bytes", trial_size, frame_len_lo, U32, "B", "shortest frame, with FCS",
		.max = FRAME_LEN_MAX),
	NAMED("frame_bytes_max", trial_size, frame_len_hi, U32, "B", "longest frame",
		.max = FRAME_LEN_MAX),
	FIELD(trial_size, c, INLINE, "", "", .record = &trial_counts_fields),
	PART_OF(trial_size, latency, trial_dist_fields, LATENCY),
	PART_OF(trial_size, response, trial_dist_fields, RESPONSE),
};
static const struct trial_record size_fields = RECORD("size", trial_size, size_rows,
	"Frames of one size class of a guest.", .settle = settle_size);

static void enter_guest(const void *record, struct trial_view *view)
{
	view->one_way = trial_interface_is_one_way(((const struct trial_guest *)record)->interface);
}

static const struct trial_field guest_rows[] = {
	FIELD(trial_guest, guest, U32, "", "number of the guest, from 0",
		.max = FRAME_GUESTS_MAX - 1),
	FIELD(trial_guest, mac, TEXT, "", "MAC address"),
	FIELD(trial_guest, interface, TEXT, "", "interface of the guest"),
	FIELD(trial_guest, profile, TEXT, "", "profile of its frame lengths"),
	FIELD(trial_guest, group, TEXT, "", "group in the mix file; empty without one"),
	FIELD(trial_guest, state, TEXT, "", "ok, or what is wrong with the guest"),
	FIELD(trial_guest, share, REAL, "", "share of the load"),
	FIELD(trial_guest, c, INLINE, "", "", .record = &trial_counts_fields),
	FIELD(trial_guest, reorder_distance_max, U64, "frames",
		"maximum displacement of a reordered frame"),
	FIELD(trial_guest, calls, U64, "",
		"interrupts that it asked for, a system call each; warm-up included",
		.flags = TRIAL_OPTIONAL),
	PART_OF(trial_guest, latency, trial_dist_fields, LATENCY, .bins = add_up_guest),
	PART_OF(trial_guest, response, trial_dist_fields, RESPONSE, .bins = add_up_guest),
	PART_OF(trial_guest, probes, trial_guest_probes_fields, "probes to the guest",
		.flags = TRIAL_OPTIONAL | TRIAL_IF_PROBED),
	FIELD(trial_guest, sizes, ROWS, "", "one row per size class", .record = &size_fields,
		.nb = offsetof(struct trial_guest, nb_sizes), .max = FRAME_CLASSES_MAX),
};
static const struct trial_record guest_fields = RECORD(
	"guest", trial_guest, guest_rows, "One guest.", .enter = enter_guest);

static const struct trial_field trial_rows[] = {
	NAMED("parameters", trial, params, RECORD, "", "requested parameters",
		.record = &trial_params_fields),
	MADE("verdict", RECORD, "", "whether the numbers are reliable", .record = &verdict_fields),
	MADE("totals", RECORD, "", "frames of all guests", .record = &totals_fields),
	PART_OF(trial, latency, trial_dist_fields, LATENCY),
	PART_OF(trial, response, trial_dist_fields, RESPONSE),
	PART_OF(trial, departure, trial_departure_fields,
		"deviation of departures from the schedule"),
	PART_OF(trial, probes, trial_probes_fields, "probes of the timer worker",
		.flags = TRIAL_OPTIONAL | TRIAL_IF_SET, .nb = offsetof(trial, probes.used)),
	PART_OF(trial, cpu, trial_cpu_fields, "CPU cost of the frames",
		.flags = TRIAL_OPTIONAL | TRIAL_IF_SET, .nb = offsetof(trial, cpu.known)),
	PART_OF(trial, ipdv, ipdv_fields, "delay variation between neighbours",
		.flags = TRIAL_OPTIONAL | TRIAL_IF_SET, .nb = offsetof(trial, ipdv.recorded)),
	FIELD(trial, groups, ROWS, "",
		"one row per group and interface, in order of the first guest",
		.record = &trial_group_fields, .nb = offsetof(trial, nb_groups),
		.max = FRAME_GUESTS_MAX, .flags = TRIAL_OPTIONAL),
	FIELD(trial, guests, ROWS, "", "one row per guest", .record = &guest_fields,
		.nb = offsetof(trial, nb_guests), .max = FRAME_GUESTS_MAX),
	FIELD(trial, mix, TREE, "",
		"table of RFC 6985 section 4, digest, random number generator and derivation: how "
		"random numbers derive from seed and repetition; another derivation gives another "
		"schedule"),
	FIELD(trial, interface_info, TREE, "", "mechanism that moved the frames",
		.flags = TRIAL_OPTIONAL),
	FIELD(trial, environment, TREE, "",
		"versions, CPU, governor, hugepages, accelerator, TSC, command line, start and "
		"end; notes (text): those of --note, and of virtual machines wire, accelerator, "
		"qemu_version, reflector, vmux_path, vmux_sha256, vmux_cpus"),
};
const struct trial_record trial_fields = RECORD("trial", trial, trial_rows,
	"Counts are exact integers, times in ns unless the name says otherwise, sizes in bytes "
	"with FCS. null: no value, because nothing was offered or received.");

const char *trial_field_text(const struct trial_field *f, const void *record)
{
	const char *text = *(char *const *)G_STRUCT_MEMBER_P(record, f->offset);

	if (f->fallback != NULL && (text == NULL || *text == '\0'))
		return f->fallback;
	return text != NULL ? text : "";
}

uint64_t trial_field_u64(const struct trial_field *f, const void *record)
{
	return *(const uint64_t *)G_STRUCT_MEMBER_P(record, f->offset);
}

double trial_field_number(const struct trial_field *f, const void *record)
{
	switch (f->kind) {
	case TRIAL_SWITCH:
		return *(const gboolean *)G_STRUCT_MEMBER_P(record, f->offset);
	case TRIAL_U32:
		return *(const uint32_t *)G_STRUCT_MEMBER_P(record, f->offset);
	case TRIAL_U64:
		return (double)trial_field_u64(f, record);
	default:
		return *(const double *)G_STRUCT_MEMBER_P(record, f->offset);
	}
}

double trial_field_ratio(
	const struct trial_field *f, const void *record, const struct trial_view *view)
{
	double over, under = view->measured_s;

	if (f->ratio != NULL)
		return f->ratio(record, view);
	over = (f->flags & TRIAL_SIGNED) != 0
		       ? (double)*(const int64_t *)G_STRUCT_MEMBER_P(record, f->offset)
		       : (double)trial_field_u64(f, record);
	if ((f->flags & TRIAL_PER_SECOND) == 0)
		under = (double)*(const uint64_t *)G_STRUCT_MEMBER_P(record, f->nb);
	if (under <= 0 || ((f->flags & TRIAL_NOT_ONE_WAY) != 0 && view->one_way))
		return NAN;
	return over / under;
}

gboolean trial_record_add(const struct trial_record *r, void *into, const void *from)
{
	for (size_t i = 0; i < r->nb; i++) {
		const struct trial_field *f = &r->rows[i];
		void *to = G_STRUCT_MEMBER_P(into, f->offset);
		const void *what = G_STRUCT_MEMBER_P(from, f->offset);
		gboolean fits = TRUE;

		if (f->kind == TRIAL_U32)
			*(uint32_t *)to += *(const uint32_t *)what;
		else if (f->kind == TRIAL_U64)
			fits = !__builtin_add_overflow(
				*(uint64_t *)to, *(const uint64_t *)what, (uint64_t *)to);
		else if (f->kind == TRIAL_RECORD || f->kind == TRIAL_INLINE)
			fits = trial_record_add(f->record, to, what);
		if (!fits)
			return FALSE;
	}
	return TRUE;
}

gboolean trial_counts_add(struct trial_counts *into, const struct trial_counts *from)
{
	return trial_record_add(&trial_counts_fields, into, from);
}

void trial_record_clear(const struct trial_record *r, void *record)
{
	if (r->clear != NULL)
		r->clear(record);
	for (size_t i = 0; i < r->nb; i++) {
		const struct trial_field *f = &r->rows[i];
		void *at = G_STRUCT_MEMBER_P(record, f->offset);
		uint32_t nb = 0;

		switch (f->kind) {
		case TRIAL_TEXT:
			g_clear_pointer((char **)at, g_free);
			break;
		case TRIAL_TEXTS:
			g_clear_pointer((GPtrArray **)at, g_ptr_array_unref);
			break;
		case TRIAL_TREE:
			g_clear_pointer((JsonObject **)at, json_object_unref);
			break;
		case TRIAL_WORDS:
			g_clear_pointer((void **)at, g_free);
			break;
		case TRIAL_RECORD:
		case TRIAL_INLINE:
			trial_record_clear(f->record, at);
			break;
		case TRIAL_ROWS:
			nb = *(uint32_t *)G_STRUCT_MEMBER_P(record, f->nb);
			for (uint32_t k = 0; k < nb; k++)
				trial_record_clear(f->record, *(char **)at + k * f->record->size);
			g_clear_pointer((void **)at, g_free);
			break;
		default:
			break;
		}
	}
}
