/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/fault.h"

#include <string.h>

#include "sim/base/duration.h"
#include "sim/base/error.h"
#include "sim/base/random.h"
#include "traffic/frame.h"

enum {
	HOLD_MAX = 1 << 16,
	REORDER_DEPTH = 3,
	REORDER_TIMEOUT_NS = 10000000,
	CORRUPT_FROM = FRAME_ETH_LEN + FRAME_IP_LEN,
};

#define DELAY_MAX_NS UINT64_C(10000000000)

static const char *const kind_names[FAULT_KINDS] = { "drop", "corrupt", "duplicate", "reorder",
	"delay" };

struct held {
	struct rte_mbuf *m;
	uint64_t arrival;    /* position in the order of arrival */
	uint64_t due_ns;     /* leaves at this time at the latest */
	uint64_t after_sent; /* or when so many frames have been sent; UINT64_MAX: by time alone */
	uint64_t measured;   /* 1: of the measuring phase, else 0 */
};

/* A queue of held frames; all of one queue wait for the same, so that the first leaves first. */
struct hold {
	struct held *slot; /* HOLD_MAX, a ring */
	uint32_t head, tail;
};

struct fault {
	struct fault_plan plan;
	GRand *rng;
	uint64_t arrivals;
	uint64_t sent;
	uint64_t latest; /* 1 + largest arrival that was sent; 0 for none */
	struct hold reorder, delay;
	struct fault_counts measured;
};

static gboolean plan_error(GError **error, const char *word, const char *remedy)
{
	return sim_fail(error, SIM_ERROR_USAGE, "--fault: '%s': %s", word, remedy);
}

static gboolean parse_how(enum fault_kind kind, const char *how, const char *word,
	struct fault_plan *p, GError **error)
{
	guint64 depth;

	switch (kind) {
	case FAULT_REORDER:
		if (how == NULL)
			return TRUE;
		if (!g_ascii_string_to_unsigned(how, 10, 1, 1024, &depth, NULL))
			return plan_error(error, word,
				"expected 1 to 1024 frames after the colon: reorder=0.01:3");
		p->reorder_depth = (uint32_t)depth;
		return TRUE;
	case FAULT_DELAY:
		return how == NULL ? plan_error(error, word, "delay requires a time: delay=0.5:1ms")
				   : duration_parse(
					     "--fault", how, 0, DELAY_MAX_NS, &p->delay_ns, error);
	default:
		return how == NULL || plan_error(error, word, "unexpected value after the colon");
	}
}

gboolean fault_plan_parse(const char *spec, struct fault_plan *out, GError **error)
{
	struct fault_plan p = { .reorder_depth = REORDER_DEPTH };
	g_auto(GStrv) words = g_strsplit(spec == NULL ? "" : spec, ",", -1);
	double sum = 0;

	for (char **w = words; *w != NULL; w++) {
		g_auto(GStrv) kv = g_strsplit(*w, "=", 2);
		g_auto(GStrv)
			value = g_strsplit(kv[0] == NULL || kv[1] == NULL ? "" : kv[1], ":", 2);
		enum fault_kind kind = FAULT_KINDS;
		char *end = NULL;
		double share;

		for (int i = 0; i < FAULT_KINDS; i++)
			if (kv[0] != NULL && g_str_equal(kv[0], kind_names[i]))
				kind = (enum fault_kind)i;
		if (kind == FAULT_KINDS || value[0] == NULL)
			return plan_error(error, *w,
				"expected KIND=SHARE with drop, corrupt, duplicate, reorder or "
				"delay: drop=0.01");
		share = g_ascii_strtod(value[0], &end);
		if (end == value[0] || *end != '\0' || !(share >= 0 && share <= 1))
			return plan_error(error, *w, "expected a share from 0 to 1: drop=0.01");
		if (!parse_how(kind, value[1], *w, &p, error))
			return FALSE;
		p.share[kind] = share;
	}
	for (int i = 0; i < FAULT_KINDS; i++)
		sum += p.share[i];
	if (sum > 1 + 1e-9)
		return plan_error(
			error, spec, "sum of shares exceeds 1 (a frame has at most one fault)");
	*out = p;
	return TRUE;
}

gboolean fault_plan_is_empty(const struct fault_plan *p)
{
	for (int i = 0; i < FAULT_KINDS; i++)
		if (p->share[i] > 0)
			return FALSE;
	return TRUE;
}

struct fault *fault_new(const struct fault_plan *plan, uint64_t seed, uint32_t guest)
{
	struct fault *f = g_new0(struct fault, 1);

	f->plan = *plan;
	/* GLib's generator is mt19937. Any two guests and seeds below 2^20 differ. */
	f->rng = g_rand_new_with_seed((guint32)(seed * 4096 + guest + 1));
	f->reorder.slot = g_new(struct held, HOLD_MAX);
	f->delay.slot = g_new(struct held, HOLD_MAX);
	return f;
}

static void hold_free(struct hold *h)
{
	for (; h->head != h->tail; h->head++)
		rte_pktmbuf_free(h->slot[h->head % HOLD_MAX].m);
	g_free(h->slot);
}

void fault_free(struct fault *f)
{
	if (f == NULL)
		return;
	hold_free(&f->reorder);
	hold_free(&f->delay);
	g_rand_free(f->rng);
	g_free(f);
}

const struct fault_counts *fault_counts_measured(const struct fault *f)
{
	return &f->measured;
}

static uint16_t emit_frame(struct fault *f, const struct held *h, struct rte_mbuf **out)
{
	f->sent++;
	f->measured.sent += h->measured;
	if (h->arrival + 1 < f->latest)
		f->measured.reordered += h->measured;
	else
		f->latest = h->arrival + 1;
	out[0] = h->m;
	return 1;
}

static gboolean hold_frame(struct fault *f, struct hold *q, const struct held *h)
{
	if (q->tail - q->head == HOLD_MAX) {
		f->measured.passed_full += h->measured;
		return FALSE;
	}
	q->slot[q->tail++ % HOLD_MAX] = *h;
	return TRUE;
}

static uint16_t release_due(
	struct fault *f, struct hold *q, uint64_t now_ns, struct rte_mbuf **out, uint16_t room)
{
	uint16_t n = 0;

	while (n < room && q->head != q->tail) {
		const struct held *h = &q->slot[q->head % HOLD_MAX];

		if (now_ns < h->due_ns && f->sent < h->after_sent)
			break;
		n = (uint16_t)(n + emit_frame(f, h, out + n));
		q->head++;
	}
	return n;
}

static enum fault_kind pick_fault(struct fault *f)
{
	double u = random_unit(f->rng);

	for (int i = 0; i < FAULT_KINDS; i++) {
		if (u < f->plan.share[i])
			return (enum fault_kind)i;
		u -= f->plan.share[i];
	}
	return FAULT_KINDS;
}

static uint16_t one_frame(struct fault *f, struct rte_mbuf *m, uint64_t now_ns,
	struct rte_mempool *pool, struct rte_mbuf **out)
{
	struct frame_sig sig;
	struct held h = { .m = m, .after_sent = UINT64_MAX, .due_ns = UINT64_MAX };
	struct rte_mbuf *copy;
	uint32_t bit;
	uint16_t n;

	if (m->nb_segs != 1 ||
		frame_classify_bare(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &sig) !=
			FRAME_OURS ||
		frame_sig_phase(&sig) == FRAME_HELLO) {
		out[0] = m;
		return 1;
	}
	h.arrival = f->arrivals++;
	h.measured = frame_sig_phase(&sig) == FRAME_MEASURE;
	f->measured.received += h.measured;
	switch (pick_fault(f)) {
	case FAULT_DROP:
		f->measured.dropped += h.measured;
		rte_pktmbuf_free(m);
		return 0;
	case FAULT_CORRUPT:
		bit = random_below(f->rng, (m->data_len - (uint32_t)CORRUPT_FROM) * 8);
		rte_pktmbuf_mtod(m, uint8_t *)[CORRUPT_FROM + bit / 8] ^= (uint8_t)(1U << bit % 8);
		f->measured.corrupted += h.measured;
		f->measured.sent += h.measured;
		f->sent++;
		out[0] = m;
		return 1;
	case FAULT_DUPLICATE:
		copy = rte_pktmbuf_copy(m, pool, 0, UINT32_MAX);
		n = emit_frame(f, &h, out);
		if (copy == NULL)
			return n; /* no memory for it: then it was not duplicated */
		f->measured.duplicated += h.measured;
		f->measured.sent += h.measured;
		f->sent++;
		out[n] = copy;
		return (uint16_t)(n + 1);
	case FAULT_REORDER:
		h.after_sent = f->sent + f->plan.reorder_depth;
		h.due_ns = now_ns + REORDER_TIMEOUT_NS;
		return hold_frame(f, &f->reorder, &h) ? 0 : emit_frame(f, &h, out);
	case FAULT_DELAY:
		h.due_ns = now_ns + f->plan.delay_ns;
		if (!hold_frame(f, &f->delay, &h))
			return emit_frame(f, &h, out);
		f->measured.delayed += h.measured;
		return 0;
	default:
		return emit_frame(f, &h, out);
	}
}

uint16_t fault_apply(struct fault *f, struct rte_mbuf **in, uint16_t n, uint64_t now_ns,
	struct rte_mempool *pool, struct rte_mbuf **out)
{
	uint16_t nb = 0, room = FAULT_RELEASE_MAX;

	for (uint16_t i = 0; i < n; i++) {
		uint16_t released = release_due(f, &f->reorder, now_ns, out + nb, room);

		nb = (uint16_t)(nb + released);
		room = (uint16_t)(room - released);
		nb = (uint16_t)(nb + one_frame(f, in[i], now_ns, pool, out + nb));
	}
	nb = (uint16_t)(nb + release_due(f, &f->reorder, now_ns, out + nb, room / 2));
	nb = (uint16_t)(nb + release_due(f, &f->delay, now_ns, out + nb, room / 2));
	return nb;
}
