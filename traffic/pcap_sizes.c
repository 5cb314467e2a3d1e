/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic/pcap_sizes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <pcap/pcap.h>

#include "analyze/base/error.h"
#include "analyze/base/text.h"

enum { NONE, MAC, IPV4, IPV6 };
enum { RANGES_MAX = 8, VLAN_TAGS_MAX = 3, MAC_LEN = 6, IPV4_LEN = 4, IPV6_LEN = 16 };

static const uint64_t ns_per_s = 1000000000;
static const int64_t max_s = INT64_C(1) << 33; /* in ns it fits 64 bits; the year 2242 */

struct reader {
	pcap_sizes *s;
	const struct pcap_sizes_options *options;
	pcap_t *file;
	GHashTable *by_address; /* struct pcap_sizes_address * -> struct pcap_sizes_host * */
	struct pcap_sizes_host *last;
};

static gboolean G_GNUC_PRINTF(4, 5)
	fail(const char *path, GError **error, enum analyze_error code, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	g_autofree char *text = g_strdup_vprintf(format, args);

	va_end(args);
	g_set_error(error, ANALYZE_ERROR, (gint)code, "%s: %s", path, text);
	return FALSE;
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct pcap_sizes_address)) == 0;
}

/* FNV-1a, 32 bits: draft-eastlake-fnv. */
static guint address_hash(gconstpointer key)
{
	const uint8_t *byte = key;
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < sizeof(struct pcap_sizes_address); i++)
		h = (h ^ byte[i]) * 16777619U;
	return h;
}

static char *address_name(const struct pcap_sizes_address *a)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (a->kind == MAC)
		return frame_mac_format(a->byte);
	if (a->kind != NONE)
		(void)inet_ntop(a->kind == IPV4 ? AF_INET : AF_INET6, a->byte, text, sizeof(text));
	return g_strdup(text);
}

static gboolean address_parse(const char *text, struct pcap_sizes_address *a)
{
	*a = (struct pcap_sizes_address){ .kind = MAC };
	if (frame_mac_parse(text, a->byte, NULL))
		return TRUE;
	memset(a, 0, sizeof(*a));
	a->kind = inet_pton(AF_INET, text, a->byte) == 1    ? IPV4
		  : inet_pton(AF_INET6, text, a->byte) == 1 ? IPV6
							    : NONE;
	return a->kind != NONE;
}

gboolean pcap_sizes_direction(const char *text, struct pcap_sizes_options *o, GError **error)
{
	const char *colon = strrchr(text, ':');
	g_autofree char *host = colon != NULL ? g_strndup(text, (gsize)(colon - text)) : NULL;
	g_autofree char *quoted = text_quote(text);
	struct pcap_sizes_address a;

	if (colon == NULL || (strcmp(colon, ":in") != 0 && strcmp(colon, ":out") != 0))
		return fail("--direction", error, ANALYZE_ERROR_SYNTAX,
			"'%s' does not end with :in or :out; write 52:54:00:fa:00:60:out for what "
			"that host sent, 198.18.0.1:in for what it got",
			quoted);
	if (!address_parse(host, &a))
		return fail("--direction", error, ANALYZE_ERROR_SYNTAX,
			"'%s' begins with no MAC, IPv4 or IPv6 address; write it as "
			"52:54:00:fa:00:60:out or 198.18.0.1:in",
			quoted);
	o->host = a;
	o->in = strcmp(colon, ":in") == 0;
	g_free(o->direction);
	o->direction = g_strdup(text);
	return TRUE;
}

static unsigned be16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/*
 * Address of the Ethernet frame of which len bytes are there. FALSE if what was captured ends
 * before it; kind is NONE where the frame has none.
 */
static gboolean find_ip(
	const uint8_t *data, uint32_t len, gboolean source, struct pcap_sizes_address *out)
{
	enum {
		VLAN = 0x8100,
		SERVICE_VLAN = 0x88a8,
		OLD_VLAN = 0x9100,
		IP4 = 0x0800,
		IP6 = 0x86dd
	};
	uint32_t at = 2 * MAC_LEN, field;
	unsigned type = 0;

	for (int i = 0; i <= VLAN_TAGS_MAX; i++, at += 4) {
		if (len < at + 2)
			return FALSE;
		type = be16(data + at);
		if (type != VLAN && type != SERVICE_VLAN && type != OLD_VLAN)
			break;
	}
	at += 2;
	if (type != IP4 && type != IP6)
		return TRUE;
	field = type == IP4 ? at + (source ? 12 : 16) : at + (source ? 8 : 24);
	if (len < field + (type == IP4 ? IPV4_LEN : IPV6_LEN))
		return FALSE;
	if (data[at] >> 4 != (type == IP4 ? 4 : 6))
		return TRUE;
	out->kind = type == IP4 ? IPV4 : IPV6;
	memcpy(out->byte, data + field, type == IP4 ? IPV4_LEN : IPV6_LEN);
	return TRUE;
}

static gboolean find_mac(
	const uint8_t *data, uint32_t len, gboolean source, struct pcap_sizes_address *out)
{
	if (len < 2 * MAC_LEN)
		return FALSE;
	out->kind = MAC;
	memcpy(out->byte, data + (source ? MAC_LEN : 0), MAC_LEN);
	return TRUE;
}

static gboolean find_address(const uint8_t *data, uint32_t len, gboolean mac, gboolean source,
	struct pcap_sizes_address *out)
{
	memset(out, 0, sizeof(*out));
	return mac ? find_mac(data, len, source, out) : find_ip(data, len, source, out);
}

static void host_free(gpointer data)
{
	struct pcap_sizes_host *h = data;

	g_hash_table_unref(h->counts);
	g_free(h->name);
	g_free(h);
}

/* NULL if there are too many. */
static struct pcap_sizes_host *find_host(struct reader *r, const struct pcap_sizes_address *a)
{
	struct pcap_sizes_host *h = r->last;

	if (h != NULL && address_equal(&h->address, a))
		return h;
	h = g_hash_table_lookup(r->by_address, a);
	if (h == NULL && r->s->hosts->len < PCAP_SIZES_HOSTS_MAX) {
		h = g_new0(struct pcap_sizes_host, 1);
		h->address = *a;
		h->name = address_name(a);
		h->counts = g_hash_table_new(g_direct_hash, g_direct_equal);
		g_ptr_array_add(r->s->hosts, h);
		g_hash_table_insert(r->by_address, &h->address, h);
	}
	r->last = h;
	return h;
}

static void count(pcap_sizes *s, struct pcap_sizes_host *h, uint32_t wire_len)
{
	uint64_t whole = (uint64_t)wire_len + FRAME_FCS_LEN;
	guint frame_len = (guint)CLAMP(whole, FRAME_LEN_MIN, FRAME_LEN_MAX);
	gpointer key = GUINT_TO_POINTER(frame_len);
	gsize before = GPOINTER_TO_SIZE(g_hash_table_lookup(h->counts, key));

	g_hash_table_insert(h->counts, key, GSIZE_TO_POINTER(before + 1));
	s->nb_padded += whole < FRAME_LEN_MIN;
	s->nb_long += whole > FRAME_LEN_MAX;
	s->frames++;
	h->frames++;
	h->bytes += frame_len;
}

static gboolean take_time(pcap_sizes *s, const struct pcap_pkthdr *head, GError **error)
{
	int64_t seconds = head->ts.tv_sec, ns = head->ts.tv_usec; /* the file was opened for ns */
	uint64_t at_ns;

	if (seconds < 0 || seconds >= max_s || ns < 0 || ns >= (int64_t)ns_per_s)
		return fail(s->path, error, ANALYZE_ERROR_CONTENT,
			"frame %" G_GUINT64_FORMAT " has a time that is none; is the file whole?",
			(guint64)s->captured + 1);
	at_ns = (uint64_t)seconds * ns_per_s + (uint64_t)ns;
	if (s->captured++ == 0)
		s->first_ns = s->least_ns = s->most_ns = at_ns;
	s->least_ns = MIN(s->least_ns, at_ns);
	s->most_ns = MAX(s->most_ns, at_ns);
	return TRUE;
}

static gboolean take_frame(
	struct reader *r, const struct pcap_pkthdr *head, const uint8_t *data, GError **error)
{
	const struct pcap_sizes_options *o = r->options;
	struct pcap_sizes_address a = { 0 };
	struct pcap_sizes_host *h;
	gboolean cut = FALSE;

	if (!take_time(r->s, head, error))
		return FALSE;
	if (o->host.kind != NONE) {
		if (!find_address(data, head->caplen, o->host.kind == MAC, !o->in, &a)) {
			r->s->nb_cut++;
			return TRUE;
		}
		if (!address_equal(&a, &o->host))
			return TRUE;
	}
	memset(&a, 0, sizeof(a));
	if (o->by != PCAP_SIZES_ALL)
		cut = !find_address(data, head->caplen, o->by == PCAP_SIZES_BY_MAC, TRUE, &a);
	if (cut)
		r->s->nb_cut++;
	h = find_host(r, &a);
	if (h == NULL)
		return fail(r->s->path, error, ANALYZE_ERROR_CONTENT,
			"more than %d hosts send; pick one with --direction HOST:out, or leave "
			"--by "
			"out",
			PCAP_SIZES_HOSTS_MAX);
	count(r->s, h, head->len);
	return TRUE;
}

static gboolean read_frames(struct reader *r, GError **error)
{
	struct pcap_pkthdr *head;
	const u_char *data;
	int rc;

	if (pcap_datalink(r->file) != DLT_EN10MB) {
		const char *name = pcap_datalink_val_to_name(pcap_datalink(r->file));

		return fail(r->s->path, error, ANALYZE_ERROR_CONTENT,
			"frames are of link type %s, not Ethernet; capture on one Ethernet "
			"interface, not on 'any'",
			name == NULL ? "unknown" : name);
	}
	while ((rc = pcap_next_ex(r->file, &head, &data)) == 1) {
		if (!take_frame(r, head, data, error))
			return FALSE;
	}
	if (rc != PCAP_ERROR_BREAK) /* not the end */
		return fail(r->s->path, error, ANALYZE_ERROR_SYNTAX,
			"cannot be read after frame %" G_GUINT64_FORMAT
			": %s; mend it with editcap",
			(guint64)r->s->captured, pcap_geterr(r->file));
	if (r->s->captured == 0)
		return fail(r->s->path, error, ANALYZE_ERROR_CONTENT,
			"has no frames; capture while there is traffic");
	if (r->s->frames == 0)
		return fail(r->s->path, error, ANALYZE_ERROR_CONTENT,
			"none of its %" G_GUINT64_FORMAT
			" frames is of --direction %s%s; '--by mac' "
			"and '--by ip' show who sends",
			(guint64)r->s->captured, r->options->direction,
			r->s->nb_cut > 0 ? " (too little of them was captured to tell)" : "");
	return TRUE;
}

static int compare_hosts(gconstpointer a, gconstpointer b)
{
	const struct pcap_sizes_host *x = *(struct pcap_sizes_host *const *)a;
	const struct pcap_sizes_host *y = *(struct pcap_sizes_host *const *)b;

	if (x->frames != y->frames)
		return x->frames > y->frames ? -1 : 1;
	return memcmp(&x->address, &y->address, sizeof(x->address));
}

/* f becomes libpcap's, or is closed. */
static pcap_sizes *read_file(
	const char *path, FILE *f, const struct pcap_sizes_options *options, GError **error)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	g_autoptr(pcap_sizes) s = g_new0(pcap_sizes, 1);
	struct reader r = { .s = s, .options = options };
	gboolean ok;

	s->path = g_filename_display_name(path);
	s->direction = g_strdup(options->direction);
	s->hosts = g_ptr_array_new_with_free_func(host_free);
	r.file = pcap_fopen_offline_with_tstamp_precision(f, PCAP_TSTAMP_PRECISION_NANO, why);
	if (r.file == NULL) {
		fclose(f);
		fail(s->path, error, ANALYZE_ERROR_SYNTAX,
			"is no capture: %s; give a pcap or pcapng file", why);
		return NULL;
	}
	r.by_address = g_hash_table_new(address_hash, address_equal);
	ok = read_frames(&r, error);
	g_hash_table_unref(r.by_address);
	pcap_close(r.file);
	if (!ok)
		return NULL;
	g_ptr_array_sort(s->hosts, compare_hosts);
	return g_steal_pointer(&s);
}

pcap_sizes *pcap_sizes_open(
	const char *path, const struct pcap_sizes_options *options, GError **error)
{
	g_autofree char *shown = g_filename_display_name(path);
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		int err = errno;

		fail(shown, error, err == ENOENT ? ANALYZE_ERROR_NOT_FOUND : ANALYZE_ERROR_IO,
			"cannot be opened: %s; check the path", g_strerror(err));
		return NULL;
	}
	return read_file(path, f, options, error);
}

pcap_sizes *pcap_sizes_parse(const char *name, const void *data, size_t len,
	const struct pcap_sizes_options *options, GError **error)
{
	FILE *f = fmemopen((void *)(uintptr_t)data, len, "r");

	g_assert(f != NULL);
	return read_file(name, f, options, error);
}

void pcap_sizes_free(pcap_sizes *s)
{
	if (s == NULL)
		return;
	g_ptr_array_unref(s->hosts);
	g_free(s->path);
	g_free(s->direction);
	g_free(s);
}

/* A row of the profile. */
struct row {
	guint lo, hi;
	uint64_t frames;
};

static int by_frames(gconstpointer a, gconstpointer b)
{
	const struct row *x = a, *y = b;

	if (x->frames != y->frames)
		return x->frames > y->frames ? -1 : 1;
	return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static int by_length(gconstpointer a, gconstpointer b)
{
	const struct row *x = a, *y = b;

	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->hi < y->hi ? -1 : x->hi > y->hi;
}

/* Every length on its own, the most frequent first. */
static GArray *list_lengths(const struct pcap_sizes_host *h)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct row));
	GHashTableIter iter;
	gpointer key, value;

	g_hash_table_iter_init(&iter, h->counts);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		guint len = GPOINTER_TO_UINT(key);
		struct row row = { len, len, GPOINTER_TO_SIZE(value) };

		g_array_append_val(rows, row);
	}
	g_array_sort(rows, by_frames);
	return rows;
}

/* The lengths after the first nb_exact, in nb_ranges rows (there are more lengths than that). */
static void join_rest(GArray *rows, guint nb_exact, guint nb_ranges)
{
	struct row *rest = &g_array_index(rows, struct row, nb_exact);
	guint nb = rows->len - nb_exact, used = 0;
	uint64_t left = 0, want = 0;

	qsort(rest, nb, sizeof(*rest), by_length);
	for (guint i = 0; i < nb; i++)
		left += rest[i].frames;
	for (guint i = 0; i < nb; i++) {
		struct row next = rest[i];
		gboolean full = used == 0 || rest[used - 1].frames >= want;

		/* Each range that is left gets its share of what is left, and at least a length. */
		if (used < nb_ranges && (full || nb - i == nb_ranges - used)) {
			want = left / (nb_ranges - used);
			rest[used++] = next;
		} else {
			rest[used - 1].hi = next.hi;
			rest[used - 1].frames += next.frames;
		}
		left -= next.frames;
	}
	g_array_set_size(rows, nb_exact + used);
}

static void append_head(GString *to, const pcap_sizes *s, const struct pcap_sizes_host *h)
{
	g_autofree char *base = g_path_get_basename(s->path), *file = text_quote(base);
	g_autoptr(GDateTime)
		first = g_date_time_new_from_unix_utc((gint64)(s->first_ns / ns_per_s));
	g_autofree char *date = g_date_time_format(first, "%Y-%m-%dT%H:%M:%S");
	uint64_t span = s->most_ns - s->least_ns;

	g_string_append_printf(to, "# title: Frame lengths of %s%s%s%s%s\n", file,
		h->name[0] != '\0' ? ", sent by " : "", h->name, s->direction != NULL ? ", " : "",
		s->direction != NULL ? s->direction : "");
	g_string_append(to, "# unit: frame\n# weight: packets\n# mode: random\n");
	g_string_append_printf(to,
		"# source: %s, %" G_GUINT64_FORMAT " frames in %" G_GUINT64_FORMAT
		".%09" G_GUINT64_FORMAT " s, the first at %s.%09" G_GUINT64_FORMAT
		"Z; %" G_GUINT64_FORMAT " of them here\n",
		file, (guint64)s->captured, (guint64)(span / ns_per_s), (guint64)(span % ns_per_s),
		date, (guint64)(s->first_ns % ns_per_s), (guint64)h->frames);
}

static void append_notes(
	GString *to, const struct pcap_sizes_host *h, guint nb_lengths, guint nb_exact, double mean)
{
	double captured = (double)h->bytes / (double)h->frames;

	g_string_append(to,
		"## Weights are frames. Lengths are with FCS, which captures leave out, "
		"and padded to 64.\n");
	if (nb_exact == nb_lengths)
		g_string_append_printf(to, "## All %u lengths that occur; mean %.2f bytes.\n",
			nb_lengths, captured);
	else
		g_string_append_printf(to,
			"## The %u most frequent of %u lengths, and the others in ranges. Mean "
			"%.2f "
			"bytes; %.2f where every length of a range is equally likely.\n",
			nb_exact, nb_lengths, captured, mean);
}

char *pcap_sizes_profile(
	const pcap_sizes *s, const struct pcap_sizes_host *h, unsigned nb_classes, double *mean_len)
{
	g_autoptr(GArray) rows = list_lengths(h);
	guint nb_lengths = rows->len, nb_exact = nb_lengths;
	GString *text = g_string_new(NULL);
	double mean = 0;

	g_assert(nb_classes >= 1 && nb_classes <= PCAP_SIZES_CLASSES);
	if (nb_lengths > nb_classes) {
		guint nb_ranges = MIN(RANGES_MAX, (nb_classes + 1) / 2);

		nb_exact = nb_classes - nb_ranges;
		join_rest(rows, nb_exact, nb_ranges);
	}
	g_array_sort(rows, by_length);
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		mean += 0.5 * (row->lo + row->hi) * (double)row->frames / (double)h->frames;
	}
	append_head(text, s, h);
	append_notes(text, h, nb_lengths, nb_exact, mean);
	g_string_append(text, "size,weight\n");
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = &g_array_index(rows, struct row, i);

		g_string_append_printf(text, row->lo == row->hi ? "%u" : "%u-%u", row->lo, row->hi);
		g_string_append_printf(text, ",%" G_GUINT64_FORMAT "\n", (guint64)row->frames);
	}
	if (mean_len != NULL)
		*mean_len = mean;
	return g_string_free(text, FALSE);
}
