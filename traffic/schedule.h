/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic/schedule.h: every departure of a trial, made before it starts; the hot path only reads.
 *
 * Each guest draws from its own two random streams (gsl mt19937), one for gaps and one for
 * lengths, seeded from the trial's seed and repetition and the guest's number alone: what a guest is sent does
 * not depend on the number of cores. The digest (SHA-256 over guests in order, of every departure
 * in ns and every frame length; see below) says so.
 *
 * A schedule longer than max_departures repeats: it covers cycle_ns < span_ns and starts again.
 * cbr guests then get a whole number of gaps a cycle, so that they do not feel the seam; that
 * rounds their rate by at most half a frame a cycle, but a guest that has a frame in the span has
 * at least one in the cycle. Lengths of sequence and ratio profiles repeat by their own period and
 * are exact over any seam.
 *
 * Seeds. mt19937 takes 32 bits: those that SCHEDULE_DERIVATION says. mix32 is a bijection
 * (MurmurHash3's finalizer), so that no two streams of a trial are the same; h is a hash of seed and
 * repetition, so that no repetition of one seed is one of the next. 0, which mt19937 takes for its
 * default, becomes 4357.
 *
 * Traces. The length of a departure is that of its frame in the capture; in a schedule that repeats,
 * lengths then repeat with it.
 *
 * Rate over time (steps). Departures are drawn at the mean rate and moved in time so that each step
 * has its rate; periods of onoff and mmpp become shorter or longer with the gaps. It does not
 * repeat: one that needs more than max_departures is an error.
 *
 * Link. All guests share one wire. A departure leaves when it is due and the wire is free, which a
 * frame takes for (length + 20) * 8 / link_bps (RFC 5180 A.1), to the nearest ns; in order of time,
 * then of guest. Its time in the schedule becomes that at which it leaves. If link_queue frames wait
 * already it is not sent: it keeps its place and its length, with SCHEDULE_NOT_SENT; its time is
 * when it was due, or that of the guest's departure before it, if that is later. What has not left
 * when the span ends is behind it, and not in the schedule.
 * A cycle that repeats finds the wire as it leaves it: at its start stands what leaves behind its
 * end. It was worked out twice, the second time from how the first ended; what would take more of
 * the wire to the next cycle than that is not sent (what takes less leaves it idle: at most a queue
 * a cycle). Lengths of sequence and ratio profiles begin
 * anew with each cycle, or another frame could be longer than the wire is free. cbr guests have
 * together no more frames in it than the rate (their counts are rounded together, not each), so that
 * at line rate none is too many.
 *
 * Digest: 32-bit little-endian words. For each guest nb_due and nb_draws, two words each, low
 * first; then the gap before every departure, a longer one than 32 bits as words 0xffffffff and
 * the rest; then the frame lengths, two to a word. With a link, then the number of departures that
 * are not sent, two words, and the index of each.
 *
 * At max there are no departures to count lengths by: a guest of a random profile has a ring of
 * SCHEDULE_MAX_DRAWS / nb_guests lengths, at least 4096, that repeats.
 */
#ifndef TRAFFIC_SCHEDULE_H
#define TRAFFIC_SCHEDULE_H

#include <stdint.h>
#include <stddef.h>

#include <glib.h>

#include "traffic/mix.h"

/* Above this a rate is a slip of the pen. */
#define SCHEDULE_PPS_MAX 1e12

/* How random streams are derived; results say so. Change it with the rule, and only then. */
#define SCHEDULE_DERIVATION                                                               \
	"mt19937 of stream i = 2 * guest (gaps), 2 * guest + 1 (lengths) is seeded with " \
	"mix32(mix32(i ^ low32(h)) ^ high32(h)), h = splitmix64(splitmix64(seed) + repetition)"

enum { SCHEDULE_MAX_DRAWS = 1 << 20, SCHEDULE_MIN_DRAWS = 4096 };

/* From from_ns on, until the next step, all guests together have that rate. */
struct schedule_step {
	uint64_t from_ns;
	double pps; /* 0: a pause */
};

struct schedule_cfg {
	const mix *mix;   /* must outlive the schedule */
	double pps;       /* of all guests together; 0 = max: no departure times, see below */
	uint64_t span_ns; /* warm-up and measuring; 1 .. 2^48, which is 78 hours */
	uint64_t seed;
	uint32_t repetition;   /* each of a seed is another schedule */
	size_t max_departures; /* 0: 16 Mi, some 300 MiB */
	double link_bps;       /* 1e6 .. 1e15; 0: none. At max it is not looked at */
	uint32_t link_queue;   /* frames that may wait for the wire; 0: 1024 */
	/* The rate over time, the first from 0, ascending; NULL: pps throughout, else pps is not read. */
	const struct schedule_step *steps;
	size_t nb_steps;
};

#define SCHEDULE_NOT_SENT (UINT64_C(1) << 63)

/* What one guest is sent. Lengths are read in order and start again at nb_draws. */
struct schedule_guest {
	const struct profile_draw *draws; /* guests of one profile can have the same array */
	size_t nb_draws;                  /* at least 1 */
	/*
	 * In [0, cycle_ns), ascending but for SCHEDULE_NOT_SENT, which is set in those that find the
	 * link's queue full; NULL at max, and after schedule_drop_times.
	 */
	const uint64_t *due_ns;
	size_t nb_due;
};

struct schedule {
	uint32_t nb_guests;
	struct schedule_guest *guests;
	uint64_t cycle_ns; /* span_ns if the schedule does not repeat; 0 at max */
	gboolean repeats;
	uint64_t nb_not_sent; /* departures with SCHEDULE_NOT_SENT, in one cycle */
	char digest[65];      /* SHA-256, hexadecimal */
	const char *rng_name; /* "mt19937" */
	uint64_t seed;
	uint32_t repetition;
	GPtrArray *blocks; /* private: the memory that the guests' arrays live in */
};
typedef struct schedule schedule;

/* What mt19937 is seeded with for a stream of a trial; see above. */
uint32_t schedule_stream_seed(uint64_t seed, uint32_t repetition, uint32_t stream);

/*
 * Whatever schedule_new would refuse, in much less time; all but an arrival process that happens to
 * draw twice the departures that fit. seed is not looked at.
 */
gboolean schedule_check(const struct schedule_cfg *cfg, GError **error);
schedule *schedule_new(const struct schedule_cfg *cfg, GError **error);
void schedule_drop_times(schedule *s); /* frees due_ns, of which timelines have copies */
void schedule_free(schedule *s);       /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(schedule, schedule_free)

/*
 * The departures of guests first, first + step, first + 2 * step ... (a load worker's part), in
 * order of time; equal times in order of guest. gap_ns[i] is the time from departure i - 1 (from
 * 0 for the first); a longer gap than 32 bits is cut by entries with guest TIMELINE_IDLE.
 * wrap_ns: from the last departure to the end of the cycle.
 *
 * At max there are no times: gap_ns is NULL and the order of guests repeats so that shares hold
 * over one pass (largest remainder over at most 65536 departures, each guest at least once,
 * spread evenly; the least exact number of departures if there is one).
 *
 * first may be past the last guest: no departures. step > 0.
 */
enum {
	TIMELINE_IDLE = 0xffff,
	TIMELINE_NOT_SENT = 0x8000, /* or'ed to the guest of a departure with SCHEDULE_NOT_SENT */
};

struct timeline {
	uint32_t *gap_ns;
	uint16_t *guest;
	size_t nb;
	uint64_t wrap_ns;
	gboolean repeats;
};
typedef struct timeline timeline;

timeline *timeline_new(const schedule *s, const mix *m, uint32_t first, uint32_t step);
void timeline_free(timeline *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(timeline, timeline_free)

#endif
