/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * analyze/contract/trial.h: one trial in memory and on disk. This is the file contract between tsim, which
 * writes trials, and tanalyze and tplot, which read them. Of the JSON: trial_fields.h, a row per field.
 *
 * In DIR = out/LABEL, for INFIX of trial_infix() and repetition R:
 *   trial_INFIX_repR.json       everything but the bins; written last: its presence marks the trial done
 *   histogram_INFIX_repR.csv    latency_ns,count without header: all guests (autotest's grammar)
 *   guests_INFIX_repR.csv       guest,frame_bytes,latency_ns,count,response_count: lossless bins
 *   timeline_INFIX_repR.csv     one row per second, the last one for the drain
 *   guest_timeline_INFIX_repR.csv  the same per guest, analyze/contract/guest_timeline.h; older trials, and
 *                               those of very many guests and seconds, have none
 *   output_INFIX_repR.log       ends with MoonGen's two summary lines, exact totals
 *   probes_INFIX_repR.csv       latency_ns,count without header: probes of all guests; if they were used
 *   ipdv_INFIX_repR.csv         ipdv_ns,count, signed, ascending: analyze/contract/trial_ipdv.h; with --ipdv
 * Each is written to a temporary name, synced and renamed.
 */
#ifndef ANALYZE_CONTRACT_TRIAL_H
#define ANALYZE_CONTRACT_TRIAL_H

#include <stdint.h>

#include <glib.h>
#include <json-glib/json-glib.h>

#include "analyze/numbers/exact.h"
#include "analyze/base/file.h" /* file_write_durably */
#include "analyze/numbers/histogram.h"

enum { TRIAL_SCHEMA = 1 };
#define TRIAL_PATTERN_DEFAULT "to-guests"

/* What a trial was asked to do. Equal parameters = the same trial. All strings owned. */
struct trial_params {
	char *label;     /* folder under out/ */
	char *machine;   /* process, pcvm, microvm, host, external */
	char *interface; /* vhost-user, null, ...; of a fleet, distinct ones: "vfio+vmux" */
	char *qemu;      /* name of the QEMU build; "none" where there is none */
	char *reflector; /* dpdk, xdp; moongen only when reading */
	gboolean vhost, ioregionfd;
	uint32_t guests;
	char *profile;      /* profile or mix name, for file names */
	uint32_t frame_len; /* with FCS, if one guest gets one size only; else 0 */
	char *arrival;      /* cbr, poisson; "mix" if a mix file says it */
	char *share;        /* equal, zipf:1.1, a list; "mix" */
	char *pattern;      /* to-guests, between-guests, both; NULL is TRIAL_PATTERN_DEFAULT */
	uint64_t rate_pps;  /* intended, of all guests; 0 = max */
	double duration_s, warm_up_s, drain_s;
	uint64_t seed;
	uint32_t repetition; /* from 0 */
	char *cores;         /* as given, "" for the default */
	char *faults;        /* of the fault reflector, "" for none */
	char *mix_digest;    /* SHA-256 over the mix: equal names may hide different profiles */
	char *extra; /* further options that change what is measured, "--key=value ...", "" for none */
};

/* Frames, exact. lost = offered - forwarded; intended = offered + not_sent + unsent. */
struct trial_counts {
	uint64_t intended;   /* scheduled within the measuring phase */
	uint64_t offered;    /* presented to the guest's interface */
	uint64_t forwarded;  /* came back, intact, each counted once */
	uint64_t lost;       /* offered - forwarded; holds refused */
	uint64_t duplicated; /* came back again */
	uint64_t reordered;  /* RFC 4737; part of forwarded */
	uint64_t
		corrupt; /* came back with a wrong byte; not forwarded. Known per guest, 0 per size */
	uint64_t foreign;  /* not of this trial. Known per guest, 0 per size */
	uint64_t not_sent; /* of intended: the link had no room for them (--link) */
	uint64_t unsent;   /* of intended: the generator did not send them in time */
	uint64_t late;     /* of offered: departed later than the slack allows */
	uint64_t refused;  /* of offered: the interface had no room for them */
	uint64_t offered_bytes, forwarded_bytes; /* with FCS */
};

/* Latencies of one set of frames: bins, if loaded, and always the summary. */
struct trial_dist {
	hist *hist;   /* owned; NULL if not loaded or nothing was received */
	exact *exact; /* owned; instead of hist where MoonGen measured */
	/* 25th, 50th and 75th percentile as a MoonGen log says them: used without its histogram. */
	gboolean quartiles_known;
	double quartiles_ns[3];
	gboolean range_unknown; /* then: min_ns and max_ns stand for nothing, sum_ns is rounded */
	uint64_t count;         /* frames received */
	uint64_t censored;      /* frames lost: their latency is at least censored_ns */
	uint64_t censored_ns;
	uint64_t min_ns, max_ns, sum_ns; /* exact; 0 when count is 0 */
};

struct trial_size {
	uint32_t frame_len_lo, frame_len_hi; /* with FCS; equal for a point */
	struct trial_counts c;
	struct trial_dist latency;  /* from the real departure */
	struct trial_dist response; /* from the scheduled departure */
};

/*
 * Probes of the timer worker. They are in no other counter, and no file holds the bins of a single
 * guest: what is known of those is here. trial_balance makes the percentiles, where it has bins.
 */
struct trial_guest_probes {
	uint64_t offered, forwarded, lost;
	struct trial_dist latency; /* bins only in the program that measured */
	/* Of forwarded and lost together, as all percentiles; 0 if none was offered. */
	uint64_t p50_ns, p99_ns;
	gboolean p50_bound, p99_bound;
};

struct trial_probes {
	gboolean used; /* if not, all of the rest is zero, and so are the guests' probes */
	double rate_pps;
	/* corrupt stays 0. offered, forwarded and lost are made of the guests' if they are 0. */
	struct trial_counts c;
	uint64_t late_back;          /* of forwarded: came back after their own timeout */
	struct trial_dist latency;   /* of all guests; a lost probe is censored */
	char *rx_stamps, *tx_stamps; /* whose clock said when: "nic", "tsc" */
	uint64_t stamp_error_ns;     /* of the NIC's clock against the TSC, at most; 0: not used */
	uint64_t set_aside;          /* PTP probes that came back, but are in no other count */
};

struct trial_guest {
	uint32_t guest; /* from 0 */
	char *mac;
	char *interface;
	char *profile;
	char *group; /* "" without a mix file */
	char *state; /* "ok", or what went wrong: "killed by signal 9 at 3.2 s", "never connected" */
	double share;
	struct trial_counts c; /* sum over sizes; corrupt and foreign are the guest's own */
	struct trial_dist latency, response; /* sums over sizes; hist only if asked for */
	uint64_t reorder_distance_max;
	uint64_t calls; /* how often it was called (interrupted), as it asked, warm-up included */
	struct trial_guest_probes probes;
	uint32_t group_row; /* of groups[]; made by trial_groups_sum */
	uint32_t nb_sizes;
	struct trial_size *sizes;
};

/* Guests of one group behind one interface. Made by trial_groups_sum. */
struct trial_group {
	char *group, *interface;
	uint32_t guests;
	double share;                        /* sum */
	struct trial_counts c;               /* sum */
	struct trial_dist latency, response; /* sums, without bins: see trial_group_dist */
};

struct trial_cpu_part {
	uint64_t busy_cycles; /* TSC, of turns of a loop in which it moved frames; 0: not counted */
	uint64_t cpu_ns;      /* CPU time of the threads */
	unsigned threads;     /* 0: nothing of that kind ran */
};

/* What the frames cost, in warm-up and measuring phase together. */
struct trial_cpu {
	gboolean known;
	uint64_t frames; /* forwarded in that time: what the cycles were spent for */
	uint64_t calls;  /* of guests that asked to be called (interrupted); sum of the guests' */
	struct trial_cpu_part generator, host, guests;
};

struct trial_departure {
	uint64_t within_64ns, within_128ns, within_256ns, within_512ns; /* frames, cumulative */
	uint64_t bursts; /* frames that left in the same burst as the one before */
	uint64_t frames; /* what the shares are of */
	uint64_t self_delay_p50_ns, self_delay_p99_ns, self_delay_max_ns;
	/*
	 * The same shares for the gap between two departures of one load worker, one after the
	 * other, against the gap that was scheduled: MoonGen's form. inter_frames: nb of gaps.
	 */
	uint64_t inter_within_64ns, inter_within_128ns, inter_within_256ns, inter_within_512ns;
	uint64_t inter_frames;
};

/* IPDV of the frames of each guest, of all guests together: see analyze/contract/trial_ipdv.h. */
struct trial_ipdv {
	gboolean recorded;      /* tsim run --ipdv; if not, all of the rest is zero */
	uint64_t pairs;         /* frames whose neighbour before them came back, too */
	int64_t min_ns, max_ns; /* exact; 0 when pairs is 0 */
	int64_t sum_ns;      /* exact; of gapless runs each gives its last delay minus its first */
	uint64_t abs_sum_ns; /* of the magnitudes, exact */
	hist *later, *earlier; /* bins: from 0 up; below 0, by magnitude. Owned; NULL: not loaded */
};

/*
 * One row per second; with a ramp whose steps are shorter, one per step. The last row is the drain: what
 * came back after sending had ended. The rows add up to offered, forwarded and refused of the totals;
 * older trials have no row for the drain. Rates are of the interval.
 */
struct trial_second {
	double time_s; /* end of the interval, since measuring began */
	gboolean drain;
	uint64_t offered, forwarded, refused;
	uint64_t p50_ns, p99_ns, max_ns; /* of frames received in it; 0 if none */
};

/* What one guest did in an interval; of latency_sum_ns, a frame may count in the next one. */
struct trial_guest_second {
	double time_s; /* end of the interval, since measuring began */
	uint32_t guest;
	gboolean drain; /* as in struct trial_second */
	uint64_t offered, forwarded;
	uint64_t latency_sum_ns; /* of the frames forwarded in it, from the real departure */
};

/*
 * What only a trial of autotest has: MoonGen's own averages, and which of its files are there. In
 * such a trial offered and forwarded are MoonGen's totals (forwarded no more than offered: what
 * came beyond is foreign, "stray frames"), latency is that of its probes, of which it does not say
 * how many were lost, and nothing else is known: response is empty, so is the mix.
 */
struct trial_moongen {
	char *log, *histogram, *throughput; /* paths; NULL where the file is missing */
	gboolean histogram_good;            /* it could be read */
	exact *kept; /* owned: what was read, until it is loaded; NULL: to be read once more */
	gboolean accumulated; /* read from an acc_histogram_*: all repetitions in one, no counts */
	struct accumulated *of; /* owned: what a merge recorded of that; NULL: no merge wrote it */
	gboolean rates_known;   /* the log or the throughput file has its two summary lines */
	double tx_mpps, rx_mpps, tx_mbit,
		rx_mbit;                       /* averages over whole seconds; frames with FCS */
	double tx_mbit_stddev, rx_mbit_stddev; /* over those seconds */
	/*
	 * autotest's loss metric (plot_packet_loss.py): ratio of the rounded averages, not below 0;
	 * and what it draws as its spread, the deviation of rx over the average of tx.
	 */
	gboolean loss_known; /* FALSE also where autotest drops the log: tx_stddev > 0.2 tx */
	double loss, loss_spread;
	gboolean samples_known; /* the "Samples:" line */
	uint64_t samples;
	double mean_ns, stddev_ns; /* NAN without samples */
	GPtrArray *oddities;       /* char *: what is odd about the files, for tanalyze check */
};

struct trial {
	struct trial_params params;
	gboolean trustworthy, interrupted;
	char *cause; /* of what is not trustworthy: TRIAL_CAUSE_...; NULL: trustworthy, or an older file */
	GPtrArray *reasons; /* char *: why it is not trustworthy, and what else has to be said */
	double measured_s; /* length of the measuring phase; < duration_s if interrupted; autotest's
			    * run time, or 0 where nothing tells what was sent in it */
	struct trial_counts totals;
	struct trial_dist latency, response; /* of all guests */
	struct trial_departure departure;
	struct trial_probes probes;
	struct trial_cpu cpu;
	struct trial_ipdv ipdv;
	uint32_t nb_guests;
	struct trial_guest *guests;
	uint32_t nb_groups;
	struct trial_group *groups; /* by trial_balance; NULL before */
	GArray *seconds;            /* struct trial_second; */
	GArray *guest_seconds;      /* struct trial_guest_second; not read by trial_read */
	JsonObject *mix; /* table of RFC 6985 section 4, digest, generator of random numbers */
	JsonObject *environment;    /* versions, cpu, clocks, command line, started, ended */
	JsonObject *interface_info; /* which mechanism moved the frames; NULL if nothing to say */
	GString *log;               /* text for output_INFIX_repR.log, before the summary lines */
	char *path; /* of the JSON, or autotest's log, it was read from; NULL if made in memory */
	struct trial_moongen *moongen; /* owned; NULL for trials of tsim */
};
typedef struct trial trial;

/* Whose fault it is, the gravest of several. */
#define TRIAL_CAUSE_TESTER "tester" /* generator, its clock, its machine: says nothing of the SUT */
#define TRIAL_CAUSE_GUESTS "guests" /* died, or never came */
#define TRIAL_CAUSE_SUT "sut"       /* guests short of CPU, or too busy to answer */
#define TRIAL_CAUSE_CLOCK \
	"clock" /* a TSC that is not invariant: times may be wrong, counts are not */
/* 0 for none, then clock, sut, guests, tester. */
unsigned trial_cause_rank(const char *cause);

trial *trial_new(void);
void trial_free(trial *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(trial, trial_free)
struct trial_moongen *trial_moongen_new(void);
void trial_moongen_free(struct trial_moongen *m); /* NULL is fine */
/* How many rows of t->seconds, from the first one on, are of the time in which frames were sent. */
guint trial_sending_rows(const trial *t);
/* Give it nb guests, zeroed, each with nb_sizes[i] sizes. Once. */
void trial_set_guests(trial *t, uint32_t nb, const uint32_t *nb_sizes);

void trial_params_copy(struct trial_params *to, const struct trial_params *from);
void trial_params_clear(struct trial_params *p);
/*
 * "rate 1000 pps, not 2000 pps": the first parameter in which is differs from wanted, newly allocated;
 * NULL if all are equal.
 */
char *trial_params_difference(const struct trial_params *is, const struct trial_params *wanted);

/*
 * The infix grammar of autotest:
 *   MACHINE_IFACE_QEMU_vhost{on|off}_ioregionfd{on|off}_REFL_RATEkpps_SIZEB_RUNTIMEs        one guest, one size
 *   MACHINE_IFACE_QEMU_vhost{on|off}_ioregionfd{on|off}_REFL_Nvms_RATEkpps_PROFILE_RUNTIMEs otherwise
 * SIZE is frame_len - 4. RATE is "max" or kpps, with up to three decimals where it is not whole.
 */
char *trial_infix(const struct trial_params *p);
char *trial_kpps_text(uint64_t pps);                                    /* RATE in it */
char *trial_infix_with(const struct trial_params *p, const char *rate); /* with another RATE */
/*
 * The way back, for names of autotest (which leaves QEMU to ioregionfd out for machine host) and
 * ours. *p is written over; what a name does not say is "" or 0. FALSE if name has another form;
 * *p is all zero then.
 */
gboolean trial_infix_parse(const char *infix, struct trial_params *p);

/*
 * The summary of a distribution from its bins, which it owns then (NULL: nothing was received),
 * and from the number of lost frames.
 */
void trial_dist_set(struct trial_dist *d, hist *h, uint64_t censored, uint64_t censored_ns);
void trial_dist_clear(struct trial_dist *d); /* frees the bins, zeroes the rest */
/*
 * into += from: counts, sums and, where both have them, bins. censored_ns becomes the smaller of
 * those that stand for a lost frame. FALSE if a 64-bit sum does not hold the result.
 */
gboolean trial_dist_add(struct trial_dist *into, const struct trial_dist *from);
/*
 * hist_quantile of the bins and the lost frames, or exact_quantile; without bins the quartiles,
 * where they are known; else -ENODATA.
 */
int trial_dist_quantile(const struct trial_dist *d, double q, uint64_t *out, gboolean *bound);
/*
 * The same by the linear rule (exact_linear); from buckets, their midpoints stand for all values
 * in them. Where either rank falls among lost frames, censored_ns and *bound.
 */
int trial_dist_linear(const struct trial_dist *d, double q, double *out, gboolean *bound);
/* TRUE if the bins are loaded, in either form. */
gboolean trial_dist_has_bins(const struct trial_dist *d);
/* All bins in ascending order: count values of lo_ns to hi_ns, which are equal where it is exact. */
typedef void (*trial_bin_fn)(uint64_t lo_ns, uint64_t hi_ns, uint64_t count, void *user);
void trial_dist_each(const struct trial_dist *d, trial_bin_fn fn, void *user);
/*
 * Frames to that interface never come back (discard): a loss of all of them says nothing, so it has
 * no loss ratio, no percentile and no rank.
 */
gboolean trial_interface_is_one_way(const char *interface);
gboolean trial_is_one_way(
	const trial *t); /* all of its guests are behind such; FALSE without any */
/* into += from, every member; FALSE as above. */
gboolean trial_counts_add(struct trial_counts *into, const struct trial_counts *from);
/*
 * Bytes with FCS of the frames that were not sent: they have the length of their size class; where
 * it is a range, the mean of its frames that were offered.
 */
void trial_absent_bytes(const trial *t, double *not_sent, double *unsent);

/*
 * Sums the sizes into each guest (but corrupt and foreign, which the caller sets there: a corrupt
 * frame's size class cannot be known) and the guests into the totals, and checks the balance: for
 * every guest and size, offered + not_sent + unsent = intended, forwarded + lost = offered, latency.count = forwarded, censored = lost,
 * the histograms hold count values, and the sums of the guests are the totals. An imbalance is
 * a bug of ours or a broken file: FALSE, and the text names the guest and both numbers. Groups
 * and probes are summed and checked likewise.
 *
 * Counts of a guest or of the totals that were filled in before (any member is not 0) are
 * compared with the sums instead, so that a caller can hold its own counters against them. The
 * bins of the totals are made from those of the sizes, if all of them are loaded.
 */
gboolean trial_balance(trial *t, GError **error);

/*
 * Fills groups: a row per distinct group and interface, in order of the first guest, and the
 * group_row of each guest. Rows that are there already (read from a file) are compared with the
 * guests instead. A part of trial_balance, which calls it.
 */
gboolean trial_groups_sum(trial *t, GError **error);
/*
 * Latency or response time of a group with its bins, where those of the sizes are loaded. *out is
 * written over and is the caller's to clear.
 */
void trial_group_dist(const trial *t, uint32_t group, gboolean response, struct trial_dist *out);
/*
 * Sum of the bins of the sizes of nb guests, of one group alone unless it is negative: newly
 * allocated; NULL unless they hold count values.
 */
hist *trial_bins_of(const struct trial_guest *guests, uint32_t nb, int group, gboolean response,
	uint64_t count);

/* busy_cycles per frame; NAN where no frame was forwarded or nobody counted cycles (0). */
double trial_cpu_cycles(const struct trial_cpu *cpu, const struct trial_cpu_part *part);

/*
 * Write all files of t into dir (made if missing), the JSON last. t must balance. A full disk or
 * a missing permission is an error that names the file; what was there before stays.
 */
gboolean trial_write(const trial *t, const char *dir, GError **error);

enum trial_load { TRIAL_SUMMARY, TRIAL_BINS }; /* TRIAL_BINS also reads guests_*.csv */
/* Read one trial JSON, check it (schema, balance, sizes of the siblings). NULL and error. */
trial *trial_read(const char *json_path, enum trial_load load, GError **error);

/*
 * Where KIND_INFIX_repR.csv of a trial that was read from its JSON would be, newly allocated; NULL
 * for all other trials (of merged sets, of autotest, made in memory).
 */
char *trial_sibling_path(const trial *t, const char *kind);

enum trial_state {
	TRIAL_MISSING, /* no JSON of that name */
	TRIAL_DONE,    /* complete, not interrupted, same parameters */
	TRIAL_AGAIN,   /* interrupted, truncated or broken: to be run again */
	TRIAL_OTHER,   /* complete, but measured with other parameters */
};
/* *why: newly allocated text for AGAIN and OTHER (names the file and what differs), else NULL. */
enum trial_state trial_state(const char *dir, const struct trial_params *p, char **why);

/*
 * A directory holds trials of one rule of deriving random numbers (SCHEDULE_DERIVATION): newly
 * allocated text if those in dir are of another one than ours, else NULL. One of them is read, but
 * not of those whose file names are in except (NULL: none).
 */
char *trial_other_derivation(const char *dir, GHashTable *except);
/* "trial_INFIX_repR.json", newly allocated. */
char *trial_file_name(const struct trial_params *p);

/* Schema-conforming JSON text of t, as in its file (without "files"). */
char *trial_to_json(const trial *t);

#endif
